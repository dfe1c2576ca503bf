import { ConfigError } from "../errors/config-error.ts";

/** A store of sessions, limits or reports, as far as workers are concerned. */
interface MaybeOwn {
  readonly oneProcessOnly?: boolean;
}

/**
 * Refuses workers that would each have a state of their own.
 *
 * @throws {ConfigError} `WORKERS_UNSHARED`
 */
export function assertStateShared(
  sessions: MaybeOwn,
  limits: MaybeOwn | undefined,
  reports: MaybeOwn | undefined,
): void {
  if (sessions.oneProcessOnly === true)
    throw unshared({
      what: "the session store keeps its sessions in one process",
      why: "a visitor would be logged in with one worker and a stranger to the next, and a logout would reach only one.",
      fix: 'session: { store: sqliteStore({ file: "data/sessions.sqlite" }) }, or a store on Redis or PostgreSQL.',
    });
  if (limits?.oneProcessOnly === true)
    throw unshared({
      what: "requests are counted in one process",
      why: "each worker would allow the whole limit, so that a client gets it once for every worker.",
      fix: 'limit: { store: sqliteLimitStore({ file: "data/limits.sqlite" }) }, another store that processes share, or limit: false.',
    });
  if (reports?.oneProcessOnly === true)
    throw unshared({
      what: "reports of browsers are kept in one process",
      why: "whoever looks at them would see those of one worker, and propose a policy that blocks what others were told of.",
      fix: 'reportCollector({ store: sqliteReportStore({ file: "data/reports.sqlite" }) }), or a store on Redis or PostgreSQL.',
    });
}

function unshared({ what, why, fix }: { what: string; why: string; fix: string }): ConfigError {
  return new ConfigError("WORKERS_UNSHARED", {
    what: `listen(): option "workers" is given, but ${what}.`,
    why,
    fix,
  });
}
