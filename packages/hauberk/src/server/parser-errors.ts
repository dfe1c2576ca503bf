import type { Server } from "node:http";
import type { Duplex } from "node:stream";
import { problemJson, titleOf } from "../errors/page.ts";
import { emitEvent } from "../events/index.ts";
import type { HeaderPolicy } from "../headers/build.ts";
import type { HttpErrorCode } from "../internal/error-codes.ts";
import { randomText } from "../internal/random.ts";

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
export function answerParserErrors(server: Server, headers: HeaderPolicy, scheme: "http" | "https"): void {
  const answering = new WeakSet<Duplex>();
  server.on("request", (req, res) => {
    answering.add(req.socket);
    res.once("close", () => answering.delete(req.socket));
  });
  server.on("clientError", (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket) => {
    const [status, code] = classifyParserError(error.code);
    report(status, code, error.code ?? error.message, socket);
    // Bytes of an answer are out already: a second head in the middle of it would be taken for its body.
    if (error.code === "ECONNRESET" || !socket.writable || answering.has(socket)) socket.destroy();
    else socket.end(rawAnswer(status, code, headers, scheme));
  });
  server.on("connect", (_req, socket) => {
    report(405, "METHOD_NOT_ALLOWED", "CONNECT", socket);
    socket.end(rawAnswer(405, "METHOD_NOT_ALLOWED", headers, scheme));
  });
  server.on("checkExpectation", (req) => {
    report(417, "REQUEST_MALFORMED", "Expect", req.socket);
    req.socket.end(rawAnswer(417, "REQUEST_MALFORMED", headers, scheme));
  });
}

function report(
  status: number,
  code: HttpErrorCode,
  because: string,
  socket: Duplex & { remoteAddress?: string | undefined },
): void {
  const { remoteAddress } = socket;
  emitEvent("request.malformed", {
    status,
    code,
    because,
    ...(remoteAddress === undefined ? {} : { clientAddress: remoteAddress }),
  });
}

/** A whole answer as text, for a socket that has no response object. */
function rawAnswer(
  status: number,
  code: HttpErrorCode,
  headers: HeaderPolicy,
  scheme: "http" | "https",
): string {
  const body = problemJson({ status, code, title: titleOf(status), requestId: randomText(16) });
  const lines = [
    ...headers.common.map(([name, value]) => `${name}: ${value}`),
    `Content-Security-Policy: ${headers.staticCsp[scheme]}`,
    ...(scheme === "https" ? [`Strict-Transport-Security: ${headers.hsts}`] : []),
    "Cache-Control: no-store",
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Date: ${new Date().toUTCString()}`,
    "Connection: close",
  ];
  return `HTTP/1.1 ${status} ${titleOf(status)}\r\n${lines.join("\r\n")}\r\n\r\n${body}`;
}
