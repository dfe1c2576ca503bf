import type { ServerResponse } from "node:http";
import { problemJson, titleOf } from "../errors/page.ts";
import type { HeaderPolicy } from "../headers/build.ts";
import { randomText } from "../internal/random.ts";

/** An answer that no middleware ever sees, with the same header set as all others. */
export interface PlainAnswer {
  readonly status: number;
  readonly code: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

/** How this server's own answers are dressed. */
export interface Dress {
  readonly headers: HeaderPolicy;
  readonly scheme: "http" | "https";
}

/** A whole answer as text, for a socket that has no response object. */
export function rawAnswer(answer: PlainAnswer, dress: Dress): string {
  const body = bodyOf(answer);
  const lines = headersOf(answer, dress, body).map(([name, value]) => `${name}: ${value}`);
  return `HTTP/1.1 ${answer.status} ${titleOf(answer.status)}\r\n${lines.join("\r\n")}\r\n\r\n${body}`;
}

/** The same through a response object, which waits its turn behind the answers before it. */
export function sendPlain(res: ServerResponse, answer: PlainAnswer, dress: Dress): void {
  const body = bodyOf(answer);
  res.shouldKeepAlive = false;
  res.writeHead(answer.status, headersOf(answer, dress, body).flat()).end(body);
}

function bodyOf({ status, code }: PlainAnswer): string {
  return problemJson({ status, code, title: titleOf(status), requestId: randomText(16) });
}

function headersOf(answer: PlainAnswer, { headers, scheme }: Dress, body: string): [string, string][] {
  return [
    ...headers.common.map(([name, value]): [string, string] => [name, value]),
    ["Content-Security-Policy", headers.staticCsp[scheme]],
    ...(scheme === "https" ? [["Strict-Transport-Security", headers.hsts.value] as [string, string]] : []),
    ...(answer.headers ?? []).map(([name, value]): [string, string] => [name, value]),
    ["Cache-Control", "no-store"],
    ["Content-Type", "application/problem+json"],
    ["Content-Length", String(Buffer.byteLength(body))],
    ["Date", new Date().toUTCString()],
    ["Connection", "close"],
  ];
}
