import { ConfigError } from "../../errors/config-error.ts";
import { readInteger, readOptions, received, wrongType } from "../../internal/options.ts";
import { memoryReportStore } from "./memory.ts";
import { REPORT_STORE_METHODS, type ReportStore } from "./store.ts";

export interface ReportOptions {
  /** Where browsers send their reports to. @default "/browser-reports" */
  readonly path?: string;
  /**
   * Where they are kept: `sqliteReportStore({ file })` for one machine, Redis or PostgreSQL for several.
   * @default memoryReportStore(), which forgets them with the process: nothing is written where nobody said so
   */
  readonly store?: ReportStore;
  /** How many different reports are kept; about 1 kB each. @default 500 */
  readonly maxKinds?: number;
  /** How many new ones a minute may bring; known ones are counted without a limit. @default 50 */
  readonly maxNewPerMinute?: number;
}

export interface ReportPolicy {
  readonly path: string;
  readonly store: ReportStore;
  readonly maxKinds: number;
  readonly maxNewPerMinute: number;
}

/** @throws {ConfigError} `REPORT_PATH_INVALID`, `REPORT_STORE_INVALID`, `OPTION_UNKNOWN`, `OPTION_RANGE` */
export function parseReportOptions(input: unknown, call: string): ReportPolicy {
  const given = readOptions(input, ["path", "store", "maxKinds", "maxNewPerMinute"], { call });
  const kinds = { min: 1, max: 100_000, fallback: 500 };
  const fresh = { min: 1, max: 10_000, fallback: 50 };
  return {
    path: readPath(given["path"] ?? "/browser-reports", call),
    store: given["store"] === undefined ? memoryReportStore() : readStore(given["store"], call),
    maxKinds: readInteger(given["maxKinds"], kinds, { call, path: "maxKinds" }),
    maxNewPerMinute: readInteger(given["maxNewPerMinute"], fresh, { call, path: "maxNewPerMinute" }),
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

function readStore(value: unknown, call: string): ReportStore {
  if (typeof value !== "object" || value === null)
    throw wrongType(value, "a store for reports", { call, path: "store" });
  const missing = REPORT_STORE_METHODS.filter(
    (name) => typeof (value as Partial<ReportStore>)[name] !== "function",
  );
  if (missing.length === 0) return value as ReportStore;
  throw new ConfigError("REPORT_STORE_INVALID", {
    what: `${call}: option "store" has no ${missing.map((name) => `${name}()`).join(", ")}.`,
    why: "the first report would fail, and nobody would hear of it.",
    fix: "use memoryReportStore(), sqliteReportStore({ file }), or one that passes hauberk/headers/reports/conformance.",
  });
}
