import { type Response, Router } from "express";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import { isMigrated } from "../database/migrations.ts";
import type { Schema } from "../database/schema.ts";

/**
 * `/healthz` says that the process answers; `/readyz` that it can do its work: the database answers and has the newest
 * schema. Neither says why not - the log does - and neither touches a session.
 */
export function healthRoutes(db: Kysely<Schema>, logger: Logger): Router {
  const router = Router();
  router.get("/healthz", (_req, res) => {
    answer(res, 200, "ok");
  });
  router.get("/readyz", async (_req, res) => {
    try {
      const ready = await isMigrated(db);
      answer(res, ready ? 200 : 503, ready ? "ready" : "not ready");
    } catch (error) {
      logger.error({ err: error }, "not ready");
      answer(res, 503, "not ready");
    }
  });
  return router;
}

function answer(res: Response, status: number, text: string): void {
  res.set("Cache-Control", "no-store").status(status).json({ status: text });
}
