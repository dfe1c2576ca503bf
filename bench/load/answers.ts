/** One answer as it came over the wire. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

const HEAD_END = "\r\n\r\n";

/**
 * Cuts a stream of bytes into answers that carry a Content-Length.
 * Returns undefined until a whole answer is there; a chunked answer is an error, because no variant sends one.
 */
export class AnswerReader {
  #pending: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Answer | undefined {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const headLength = this.#pending.indexOf(HEAD_END);
    if (headLength < 0) return undefined;
    const head = this.#pending.toString("latin1", 0, headLength);
    const bodyStart = headLength + HEAD_END.length;
    const end = bodyStart + contentLength(head);
    if (this.#pending.length < end) return undefined;
    const answer = { status: Number(head.slice(9, 12)), body: this.#pending.subarray(bodyStart, end) };
    this.#pending = this.#pending.subarray(end);
    return answer;
  }
}

function contentLength(head: string): number {
  const match = /\r\ncontent-length: (\d+)/i.exec(head);
  if (match === null) throw new Error(`an answer without Content-Length:\n${head}`);
  return Number(match[1]);
}
