import { once } from "node:events";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { isIP } from "node:net";
import type { Logger } from "pino";
import { type SettingProblem, SettingsError } from "../config/problem.ts";

export interface MetricsPlace {
  readonly port: number;
  readonly host: string;
  /** Declared open to others: then the name they call it by is theirs to choose. */
  readonly isPublic: boolean;
}

interface MetricsFacts {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly host: string | undefined;
}

/**
 * Decides what one request to the metrics' own port is answered with. Pure.
 * @returns a status: 200 is the metrics
 */
export function decideMetricsAnswer(
  { method, url, host }: MetricsFacts,
  place: MetricsPlace,
): 200 | 404 | 405 | 421 {
  // A page of evil.example whose name was made to lead to 127.0.0.1 would read them in an operator's own browser.
  if (!place.isPublic && !isOwnName(host)) return 421;
  if (url !== "/metrics") return 404;
  return method === "GET" || method === "HEAD" ? 200 : 405;
}

/**
 * Serves the metrics on a port of their own. Call it once root was given up.
 *
 * @throws {SettingsError} `METRICS_UNAVAILABLE` when the port cannot be opened
 */
export async function serveMetrics(
  place: MetricsPlace,
  source: { readonly contentType: string; readonly text: () => Promise<string> },
  logger: Logger,
): Promise<Server> {
  const server = createServer(
    { headersTimeout: 5000, requestTimeout: 5000, keepAliveTimeout: 5000, maxHeaderSize: 8192 },
    (req, res) => {
      answer(req, res, place, source).catch((error: unknown) => {
        logger.error({ event: "metrics.failed", err: error }, "metrics could not be collected");
        res.writeHead(500).end();
      });
    },
  );
  server.maxConnections = 16;
  server.listen(place.port, place.host);
  try {
    await once(server, "listening");
  } catch (error) {
    throw new SettingsError([unavailable(place, error)]);
  }
  return server;
}

async function answer(
  req: IncomingMessage,
  res: ServerResponse,
  place: MetricsPlace,
  { contentType, text }: { readonly contentType: string; readonly text: () => Promise<string> },
): Promise<void> {
  res.setHeader("Cache-Control", "no-store");
  res.setHeader("X-Content-Type-Options", "nosniff");
  const status = decideMetricsAnswer({ method: req.method, url: req.url, host: req.headers.host }, place);
  if (status !== 200) {
    res.writeHead(status, status === 405 ? { Allow: "GET, HEAD" } : {}).end();
    return;
  }
  const body = await text();
  res.writeHead(200, { "Content-Type": contentType }).end(req.method === "HEAD" ? undefined : body);
}

function isOwnName(host: string | undefined): boolean {
  const name = (host ?? "").replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  return name === "localhost" || isIP(name) !== 0;
}

function unavailable({ port, host }: MetricsPlace, error: unknown): SettingProblem {
  const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  return {
    code: "METRICS_UNAVAILABLE",
    what: `METRICS_PORT ${port} on ${host} cannot be opened (${reason}).`,
    why: "nobody would see that something is wrong, or somebody else would tell how this application does.",
    fix: "choose a free port and an address of this machine, or leave METRICS_PORT out.",
  };
}
