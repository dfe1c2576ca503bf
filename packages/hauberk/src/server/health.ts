import type { RequestHandler } from "express";
import { serverIsReady } from "./readiness.ts";

/** One thing the application cannot do without: resolves when it is there, rejects or takes too long when it is not. */
export type ReadinessCheck = () => unknown;

/** How long one check may take. */
const CHECK_MS = 2000;

/**
 * A route that says whether this process wants requests: no while it shuts down, and no while a check fails. What failed
 * goes to whoever reads the log through `onFailure`, not to the client.
 *
 * @example app.get("/readyz", readiness({ database: () => db.selectOne() }));
 */
export function readiness(
  checks: Readonly<Record<string, ReadinessCheck>> = {},
  onFailure: (name: string, error: unknown) => void = ignore,
): RequestHandler {
  const entries = Object.entries(checks);
  return async function readinessHandler(req, res) {
    const results = serverIsReady(req) ? await Promise.all(entries.map(passes)) : [false];
    const ready = results.every(Boolean);
    res.status(ready ? 200 : 503).set("Cache-Control", "no-store");
    if (!ready) res.set("Retry-After", "5");
    res.type("text/plain").send(ready ? "ready\n" : "not ready\n");
  };

  async function passes([name, check]: readonly [string, ReadinessCheck]): Promise<boolean> {
    try {
      await within(CHECK_MS, Promise.resolve().then(check));
      return true;
    } catch (error) {
      onFailure(name, error);
      return false;
    }
  }
}

/** A route that says that this process is alive, and asks nobody else: a dead database is no reason to restart it. */
export function liveness(): RequestHandler {
  return function livenessHandler(_req, res) {
    res.set("Cache-Control", "no-store").type("text/plain").send("alive\n");
  };
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function ignore(): void {
  // Nobody wants to know which check failed.
}
