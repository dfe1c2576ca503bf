import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("..", import.meta.url);
const { exports } = JSON.parse(readFileSync(new URL("package.json", folder), "utf8")) as {
  readonly exports: Readonly<Record<string, string | { readonly source: string }>>;
};

/** What a user can import. A name that leaves this list breaks somebody; one that joins it has to be kept. */
const SURFACE: Readonly<Record<string, readonly string[]>> = {
  ".": ["ConfigError", "HttpError", "hauberk", "keyRing", "onSecurityEvent"],
  "./body": ["body", "serveUpload"],
  "./compat/express-session": ["Cookie", "MemoryStore", "Session", "Store", "default", "module.exports"],
  "./csrf": ["csrf", "csrfToken", "decideFromHeaders", "formOf", "issueToken", "verifyToken"],
  "./csrf/browser": ["createCsrfFetch"],
  "./errors": ["CONFIG_ERROR_CODES", "ConfigError", "HTTP_ERROR_CODES", "HttpError"],
  "./events": ["SECURITY_EVENT_NAMES", "emitEvent", "emitRequestEvent", "hasListeners", "onSecurityEvent"],
  "./headers": [
    "DEFAULT_CSP",
    "cors",
    "csp",
    "headers",
    "inlineHashes",
    "memoryReportStore",
    "proposeChanges",
    "reportCollector",
  ],
  "./headers/reports/conformance": ["reportStoreConformance"],
  "./headers/reports/postgres": ["POSTGRES_REPORT_SCHEMA", "migratePostgresReports", "postgresReportStore"],
  "./headers/reports/redis": ["redisReportStore"],
  "./headers/reports/sqlite": ["sqliteReportStore"],
  "./limit": ["decideCharges", "decideGcra", "limit", "loginGuard", "rateOf"],
  "./limit/conformance": ["limitStoreConformance"],
  "./limit/postgres": ["POSTGRES_LIMIT_MIGRATIONS", "migratePostgresLimits", "postgresLimitStore"],
  "./limit/redis": ["redisLimitStore"],
  "./limit/sqlite": ["sqliteLimitStore"],
  "./origin": ["decideOrigin", "origin", "parseHost", "parseOriginOptions", "refusePath", "refuseRedirect"],
  "./server": [
    "decidePrivileges",
    "dropPrivileges",
    "liveness",
    "lookUpIdentity",
    "parseListenOptions",
    "readiness",
    "startServer",
  ],
  "./session": ["Session", "session", "userSessions", "whenStoreFails"],
  "./session/conformance": ["sessionStoreConformance"],
  "./session/express-store": ["fromExpressStore"],
  "./session/memory": ["memoryStore"],
  "./session/postgres": ["POSTGRES_MIGRATIONS", "migratePostgres", "postgresStore"],
  "./session/redis": ["redisStore"],
  "./session/sqlite": ["sqliteStore"],
  "./templates": ["Html", "ejsEngine", "htmlFor", "pugEngine"],
  "./trace": ["parseTraceparent", "traceHeaders", "traceOf"],
};

for (const [entry, target] of Object.entries(exports)) {
  if (typeof target === "string") continue;
  test(`hauberk${entry.slice(1)} exports what it is known to export`, async () => {
    const module = (await import(new URL(target.source, folder).href)) as object;
    assert.deepEqual(Object.keys(module).toSorted(), SURFACE[entry]);
  });
}

test("every entry point has its list", () => {
  const entries = Object.keys(exports).filter((entry) => entry !== "./package.json");
  assert.deepEqual(Object.keys(SURFACE).toSorted(), entries.toSorted());
});
