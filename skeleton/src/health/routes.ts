import { Router } from "express";
import { liveness, readiness } from "hauberk/server";
import type { SessionStore } from "hauberk/session";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import { isMigrated } from "../database/migrations.ts";
import type { Schema } from "../database/schema.ts";
import { checkFreeSpace } from "./disk.ts";

export interface HealthDependencies {
  readonly db: Kysely<Schema>;
  readonly sessionStore: SessionStore;
  readonly dataDirectory: string;
  readonly minFreeDiskBytes: number;
  readonly logger: Logger;
}

/**
 * `/healthz` says that the process answers; `/readyz` that it wants requests: it is not shutting down, the database has
 * the newest schema, the session store answers and the disk has room. Neither says why not - the log does - and neither
 * touches a session.
 */
export function healthRoutes(dependencies: HealthDependencies): Router {
  const { db, sessionStore, dataDirectory, minFreeDiskBytes, logger } = dependencies;
  const checks = {
    database: async () => {
      if (!(await isMigrated(db))) throw new Error("migrations are missing");
    },
    // A question about nobody: it goes all the way to the store and changes nothing there.
    sessions: () => sessionStore.epochOf("readyz"),
    disk: () => checkFreeSpace(dataDirectory, minFreeDiskBytes),
  };
  const router = Router();
  router.get("/healthz", liveness());
  router.get(
    "/readyz",
    readiness(checks, (check, error) => {
      logger.error({ event: "readiness.failed", check, err: error }, "not ready");
    }),
  );
  return router;
}
