import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { type RawAnswer, readAnswers } from "./answers.ts";

/** Where to send bytes, and how long to wait for what comes back. */
export interface ExchangeOptions {
  readonly port: number;
  readonly host?: string;
  /** Speaks TLS, trusting whoever answers: the servers of these tests sign their own certificates. */
  readonly tls?: boolean;
  /** The requests are HEAD requests. */
  readonly bodiless?: boolean;
  /** How long the connection must stay silent after an answer to be called idle. */
  readonly quietMs?: number;
  readonly limitMs?: number;
}

/** What happened on one connection. */
export interface Exchange {
  readonly answers: readonly RawAnswer[];
  /** Bytes that are no whole answer. */
  readonly rest: string;
  /** Whether the server ended the connection, rather than keeping it for another request. */
  readonly closed: boolean;
}

/**
 * Sends bytes exactly as given and collects every answer on that connection.
 * A string is sent as one byte per character, so "\xff" is the byte 255 and never becomes UTF-8.
 */
export async function exchange(bytes: string | Buffer, options: ExchangeOptions): Promise<Exchange> {
  const { bytes: received, closed } = await sendAndCollect(bytes, options);
  return { ...readAnswers(received, options), closed };
}

/** The single answer to bytes that hold a single request; more than one answer is an error. */
export async function exchangeOne(bytes: string | Buffer, options: ExchangeOptions): Promise<RawAnswer> {
  const { answers, rest } = await exchange(bytes, options);
  const [answer, ...more] = answers.filter(({ status }) => status >= 200);
  if (answer === undefined || more.length > 0 || rest !== "") {
    throw new Error(`expected one answer, got ${answers.length} and ${JSON.stringify(rest)}`);
  }
  return answer;
}

interface Collected {
  readonly bytes: string;
  readonly closed: boolean;
}

function sendAndCollect(bytes: string | Buffer, options: ExchangeOptions): Promise<Collected> {
  const { port, host = "127.0.0.1", tls = false, quietMs = 60, limitMs = 30_000 } = options;
  return new Promise((resolve) => {
    const socket = tls ? connectTls({ port, host, rejectUnauthorized: false }) : connect({ port, host });
    let received = "";
    let quiet: NodeJS.Timeout | undefined;
    const finish = (closed: boolean): void => {
      clearTimeout(quiet);
      clearTimeout(limit);
      socket.destroy();
      resolve({ bytes: received, closed });
    };
    const limit = setTimeout(() => finish(false), limitMs);
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString("latin1");
      clearTimeout(quiet);
      const { answers, rest } = readAnswers(received, options);
      if (answers.length > 0 && rest === "") quiet = setTimeout(() => finish(false), quietMs);
    });
    // A reset while the rest of a refused request is still being written is how a refusal looks from here.
    socket.on("error", () => finish(true));
    socket.on("close", () => finish(true));
    socket.on("end", () => finish(true));
    socket.write(bytes, "latin1");
  });
}
