import type { RequestListener, Server } from "node:http";
import type { Socket } from "node:net";
import { emitEvent } from "../events/index.ts";
import type { HttpErrorCode } from "../internal/error-codes.ts";
import type { Connection, Connections } from "./connections.ts";
import { rawAnswer, sendPlain, type Dress } from "./raw-answer.ts";

/** Header fields of one request. */
export const MAX_HEADERS = 200;

/** What the pipeline and routes may answer at all; CONNECT is for proxies, and this is none. RFC 9110 section 15.5.6. */
const ALLOW = ["Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"] as const;

/** How long a refused client may take to read its answer before the socket is taken from it. */
const LINGER_MS = 2000;

/** What Node's parser found wrong, as a status and a code. */
export function classifyParserError(
  code: string | undefined,
): readonly [status: number, code: HttpErrorCode] {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return [431, "REQUEST_HEADERS_TOO_LARGE"];
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return [413, "BODY_TOO_LARGE"];
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return [408, "REQUEST_TIMEOUT"];
    default:
      return [400, "REQUEST_MALFORMED"];
  }
}

/**
 * Answers what never becomes a request: the parser's errors, CONNECT, and an expectation we cannot meet.
 * Node would answer those alone: without a header of ours, and without anybody knowing.
 */
export function answerParserErrors(server: Server, connections: Connections, dress: Dress): void {
  const refused = new WeakSet<Socket>();
  function refuse(socket: Socket, status: number, code: HttpErrorCode, because: string): void {
    // The parser complains about every further packet of the same request.
    if (refused.has(socket)) return;
    refused.add(socket);
    report(status, code, because, socket);
    if (!socket.writable || !mayAnswer(connections.find(socket))) {
      socket.destroy();
      return;
    }
    const headers = status === 405 ? [ALLOW] : [];
    socket.end(rawAnswer({ status, code, headers }, dress));
    // Our side is closed; a client that never closes its own would keep the descriptor for good.
    const linger = setTimeout(() => socket.destroy(), LINGER_MS).unref();
    socket.once("close", () => clearTimeout(linger));
  }
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    // Nobody is there any more, or never spoke HTTP: there is nothing to answer.
    if (error.code === "ECONNRESET" || isTlsError(error.code)) {
      socket.destroy();
      return;
    }
    const [status, code] = classifyParserError(error.code);
    refuse(socket, status, code, error.code ?? error.message);
  });
  server.on("connect", (_req, socket: Socket) => {
    // Node takes its own listener off this socket: a client that resets it would end the process.
    socket.on("error", () => socket.destroy());
    refuse(socket, 405, "METHOD_NOT_ALLOWED", "CONNECT");
  });
  server.on("checkExpectation", (req, res) => {
    report(417, "REQUEST_MALFORMED", "Expect", req.socket);
    sendPlain(res, { status: 417, code: "REQUEST_MALFORMED" }, dress);
  });
}

/**
 * Refuses requests with more header fields than are counted. Older versions of Node (22.18) leave the rest out without a word: a
 * second `Host`, `Transfer-Encoding: identity, chunked` or the proxy's own `X-Forwarded-For` would not be seen by anybody.
 */
export function refuseManyHeaders(handler: RequestListener, dress: Dress): RequestListener {
  return function headerCount(req, res) {
    if (req.rawHeaders.length <= 2 * MAX_HEADERS) return handler(req, res);
    report(431, "REQUEST_HEADERS_TOO_LARGE", "too many header fields", req.socket);
    sendPlain(res, { status: 431, code: "REQUEST_HEADERS_TOO_LARGE" }, dress);
  };
}

/**
 * Refuses a body framed in any other way than by its length or by chunks alone: `identity` beside `chunked` is valid to
 * Node's parser, and a proxy that reads only the first of the two sees another end of the request.
 *
 * @see RFC 9112 section 6.1
 */
export function refuseOddFraming(handler: RequestListener, dress: Dress): RequestListener {
  return function framing(req, res) {
    const encoding = req.headers["transfer-encoding"];
    // A proxy that speaks HTTP/1.0 knows no chunks: to it the body is the next request.
    const known = encoding?.toLowerCase() === "chunked" && req.httpVersion !== "1.0";
    if (encoding === undefined || known) return handler(req, res);
    report(400, "REQUEST_MALFORMED", "transfer-encoding", req.socket);
    sendPlain(res, { status: 400, code: "REQUEST_MALFORMED" }, dress);
  };
}

/**
 * True when nothing else is being answered, or only the very request whose body is wrong, and no byte of that answer is
 * out. A head in the middle of another answer would be taken for its body, or for the answer to somebody else.
 */
function mayAnswer(connection: Connection | undefined): boolean {
  const answering = [...(connection?.answering ?? [])];
  const [only] = answering;
  if (only === undefined) return true;
  return answering.length === 1 && !only.headersSent && !only.req.complete;
}

function isTlsError(code: string | undefined): boolean {
  return code?.startsWith("ERR_SSL_") === true || code?.startsWith("ERR_TLS_") === true;
}

function report(status: number, code: HttpErrorCode, because: string, socket: Socket): void {
  const { remoteAddress } = socket;
  const who = remoteAddress === undefined ? {} : { clientAddress: remoteAddress };
  emitEvent("request.malformed", { status, code, because, ...who });
}
