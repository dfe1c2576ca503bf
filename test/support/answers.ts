/** One answer, taken apart as it came over the wire. */
export interface RawAnswer {
  readonly statusLine: string;
  readonly status: number;
  /** Lower-case names; a header sent twice has two values. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
}

/** The answers in some bytes, and what is left when no further whole answer is there. */
export interface ReadAnswers {
  readonly answers: readonly RawAnswer[];
  readonly rest: string;
}

/**
 * Splits bytes (one character each) into answers.
 *
 * Strict on purpose: bytes that are not a whole answer stay in `rest`, so that a test can see them.
 * @param bodiless the answers are to HEAD requests: a Content-Length there announces no bytes
 */
export function readAnswers(bytes: string, { bodiless = false } = {}): ReadAnswers {
  const answers: RawAnswer[] = [];
  let rest = bytes;
  for (;;) {
    const headEnd = rest.indexOf("\r\n\r\n");
    if (headEnd < 0 || !rest.startsWith("HTTP/1.1 ")) return { answers, rest };
    const head = readHead(rest.slice(0, headEnd));
    const body = readBody(rest.slice(headEnd + 4), head, bodiless);
    if (body === undefined) return { answers, rest };
    answers.push({ ...head, body: body.text });
    rest = rest.slice(headEnd + 4 + body.length);
  }
}

type Head = Omit<RawAnswer, "body">;

function readHead(text: string): Head {
  const [statusLine = "", ...lines] = text.split("\r\n");
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  return { statusLine, status: Number(statusLine.split(" ")[1]), headers };
}

interface Body {
  readonly text: string;
  /** Bytes it took on the wire, framing included. */
  readonly length: number;
}

/** Undefined while the body is not whole. */
function readBody(bytes: string, { status, headers }: Head, bodiless: boolean): Body | undefined {
  if (bodiless || status < 200 || status === 204 || status === 304) return { text: "", length: 0 };
  if (headers.get("transfer-encoding")?.includes("chunked") === true) return readChunks(bytes);
  const [length] = headers.get("content-length") ?? [];
  // Without either, the body ends with the connection.
  const wanted = length === undefined ? bytes.length : Number(length);
  return bytes.length < wanted ? undefined : { text: bytes.slice(0, wanted), length: wanted };
}

function readChunks(bytes: string): Body | undefined {
  let text = "";
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.slice(at, lineEnd), 16);
    const end = lineEnd + 2 + size + 2;
    if (bytes.length < end) return undefined;
    if (size === 0) return { text, length: end };
    text += bytes.slice(lineEnd + 2, lineEnd + 2 + size);
    at = end;
  }
}
