import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createCertificate } from "./certificate.ts";
import type { Cleanup } from "./scratch.ts";

/** Another origin: pages the test writes, and a log of what reached it. */
export interface Attacker {
  readonly port: number;
  /** The address of a page, under any host name that means this machine. */
  readonly url: (path: string, host?: string) => string;
  /** Serves this HTML at this path from now on. */
  readonly page: (
    path: string,
    html: string,
    headers?: Readonly<Record<string, string>>,
    status?: number,
  ) => void;
  /** Paths that were asked for, with their query. */
  readonly seen: readonly string[];
}

interface Page {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
}

/** Starts the attacker's server; it is gone after the test. With `tls`, it serves https under its own certificate. */
export async function startAttacker(t: Cleanup, { tls = false } = {}): Promise<Attacker> {
  const pages = new Map<string, Page>();
  const seen: string[] = [];
  const listener = (req: IncomingMessage, res: ServerResponse): void => {
    const target = req.url ?? "/";
    seen.push(target);
    const found = pages.get(target.split("?")[0] ?? "/");
    res.writeHead(found?.status ?? 404, { "content-type": "text/html", ...found?.headers });
    res.end(found?.html);
  };
  const server = tls ? createTlsServer(createCertificate(["evil.test"]), listener) : createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the attacker has no port");
  const { port } = address;
  return {
    port,
    url: (path, host = "127.0.0.1") => `${tls ? "https" : "http"}://${host}:${port}${path}`,
    page: (path, html, headers = {}, status = 200) => pages.set(path, { html, headers, status }),
    seen,
  };
}
