import type { IncomingMessage } from "node:http";
import type { RequestHandler } from "express";
import { refusal } from "../../errors/refusal.ts";
import { contextOf } from "../../internal/context.ts";
import { parseReports, type BrowserReport } from "./parse.ts";

const LIMIT_BYTES = 65_536;
const TYPES = new Set(["application/csp-report", "application/reports+json"]);

type Take = (reports: readonly BrowserReport[]) => void;

/** Answers 204 whatever was in the body: nobody learns what is taken for a report. */
export function createReportMiddleware(path: string, take: Take, limit?: RequestHandler): RequestHandler {
  const collect = createCollectMiddleware(take);
  return function reportMiddleware(req, res, next) {
    if (req.path !== path || req.method !== "POST") return next();
    if (limit === undefined) return collect(req, res, next);
    return limit(req, res, (error?: unknown) =>
      error === undefined ? collect(req, res, next) : next(error),
    );
  };
}

function createCollectMiddleware(take: Take): RequestHandler {
  return function collectMiddleware(req, res, next) {
    const type = (req.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
    if (!TYPES.has(type)) return next(refusal("BODY_TYPE_UNSUPPORTED", { because: "not-a-report" }));
    if (Number(req.headers["content-length"]) > LIMIT_BYTES) return next(refusal("BODY_TOO_LARGE"));
    return readText(req).then(
      (text) => {
        if (text === undefined) return next(refusal("BODY_TOO_LARGE"));
        take(parseReports(type, text, contextOf(req).canonicalOrigin));
        res.status(204).end();
      },
      // The client went away in the middle: nobody is left to be told.
      () => res.destroy(),
    );
  };
}

async function readText(req: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (!(bytes <= LIMIT_BYTES)) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
