import type { IncomingMessage } from "node:http";
import type { RequestHandler } from "express";
import { ConfigError } from "../../errors/config-error.ts";
import { refusal } from "../../errors/refusal.ts";
import { emitRequestEvent } from "../../events/index.ts";
import { contextOf } from "../../internal/context.ts";
import { readInteger, readOptions, received } from "../../internal/options.ts";
import type { Csp } from "../csp.ts";
import { ReportKinds, type ReportKind } from "./kinds.ts";
import { parseReports } from "./parse.ts";
import { proposeChanges, type Proposal } from "./propose.ts";

export interface ReportOptions {
  /** Where browsers send their reports to. @default "/browser-reports" */
  readonly path?: string;
  /** How many different reports are kept in memory; about 1 kB each. @default 500 */
  readonly maxKinds?: number;
  /** How many new ones a minute may bring; known ones are counted without a limit. @default 50 */
  readonly maxNewPerMinute?: number;
}

/** Collects what browsers report. Hand it to `hauberk(app, { headers: { reports } })`. */
export interface ReportCollector {
  readonly path: string;
  /** What was reported, most frequent first. */
  readonly list: () => readonly ReportKind[];
  /** How many reports were not kept because there was no room for another kind. */
  readonly dropped: () => number;
  /** What to change so that what was reported passes. */
  readonly propose: () => Proposal;
  readonly clear: () => void;
  /** Takes reports in; `hauberk()` mounts it. */
  readonly middleware: (csp: Csp) => RequestHandler;
}

const LIMIT_BYTES = 65_536;
const TYPES = new Set(["application/csp-report", "application/reports+json"]);

/**
 * Makes a collector for reports of Content Security Policy, COOP, COEP, Permissions-Policy, deprecations and crashes.
 *
 * Bounded in memory, without anything that names a visitor, and kept for as long as the process runs. Anybody can send a
 * report: the pages and origins in it are claims.
 *
 * @throws {ConfigError} `REPORT_PATH_INVALID`, `OPTION_UNKNOWN`, `OPTION_RANGE`
 * @see https://www.w3.org/TR/reporting-1/ ; OWASP ASVS 5.0 v5.0.0-3.4.7
 * @example
 * const reports = reportCollector();
 * hauberk(app, { ..., headers: { reports } });
 * app.get("/admin/reports", onlyAdmins, (req, res) => res.render("reports", { proposal: reports.propose() }));
 */
export function reportCollector(options: ReportOptions = {}): ReportCollector {
  const call = "reportCollector()";
  const given = readOptions(options, ["path", "maxKinds", "maxNewPerMinute"], { call });
  const path = readPath(given["path"] ?? "/browser-reports", call);
  const kinds = new ReportKinds({
    maxKinds: readInteger(
      given["maxKinds"],
      { min: 1, max: 100_000, fallback: 500 },
      { call, path: "maxKinds" },
    ),
    maxNewPerMinute: readInteger(
      given["maxNewPerMinute"],
      { min: 1, max: 10_000, fallback: 50 },
      { call, path: "maxNewPerMinute" },
    ),
  });
  let policy: Csp = new Map();
  return {
    path,
    list: () => kinds.list(),
    dropped: () => kinds.dropped,
    propose: () => proposeChanges(kinds.list(), policy),
    clear: () => kinds.clear(),
    middleware: (csp) => {
      policy = csp;
      return createReportMiddleware(path, kinds);
    },
  };
}

/** It stands in a header's quotes and in a policy, and is compared with the path of requests. */
function readPath(value: unknown, call: string): string {
  if (typeof value === "string" && /^(?:\/[\w.~-]+)+$/.test(value) && !/\/\.{1,2}(?:\/|$)/.test(value))
    return value;
  throw new ConfigError("REPORT_PATH_INVALID", {
    what: `${call}: option "path" is ${received(value)}, expected a path of plain segments.`,
    why: "browsers would send their reports somewhere else, or nowhere.",
    fix: 'use something like "/browser-reports".',
  });
}

/** Answers 204 whatever was in the body: nobody learns what is taken for a report. */
function createReportMiddleware(path: string, kinds: ReportKinds): RequestHandler {
  return function reportMiddleware(req, res, next) {
    if (req.path !== path || req.method !== "POST") return next();
    const type = (req.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
    if (!TYPES.has(type)) return next(refusal("BODY_TYPE_UNSUPPORTED", { because: "not-a-report" }));
    if (Number(req.headers["content-length"]) > LIMIT_BYTES) return next(refusal("BODY_TOO_LARGE"));
    return readText(req).then(
      (text) => {
        if (text === undefined) return next(refusal("BODY_TOO_LARGE"));
        takeIn(req, kinds, parseReports(type, text, contextOf(req).canonicalOrigin));
        res.status(204).end();
      },
      // The client went away in the middle: nobody is left to be told.
      () => res.destroy(),
    );
  };
}

function takeIn(req: IncomingMessage, kinds: ReportKinds, reports: ReturnType<typeof parseReports>): void {
  for (const report of reports) {
    const isNew = kinds.add(report, Date.now());
    if (isNew && !report.noise)
      emitRequestEvent("browser.reported", req, {
        because: `${report.type} ${report.rule} ${report.blocked}`.trim(),
      });
  }
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
