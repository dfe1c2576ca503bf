import { type Request, type RequestHandler, Router } from "express";
import { HttpError } from "hauberk/errors";
import type { ReportCollector } from "hauberk/headers";
import type { Logger } from "pino";
import { currentUser } from "../web/current-user.ts";
import { redirectWithNotice } from "../web/notices.ts";
import { renderPage } from "../web/render.ts";
import { decideReportsAccess } from "./access.ts";
import { viewOf } from "./view.ts";

export interface ReportsDependencies {
  readonly reports: ReportCollector;
  /** Whether somebody on this machine needs no account: INSECURE_OPEN_REPORTS. */
  readonly isOpenHere: boolean;
  readonly logger: Logger;
}

/** What browsers reported, what to do about it, and a way to begin anew. */
export function reportsRoutes({ reports, isOpenHere, logger }: ReportsDependencies): Router {
  const router = Router();
  const forThoseWhoMayRead = (handler: ReportsHandler): RequestHandler => guarded(handler, isOpenHere);

  router.get(
    "/reports",
    forThoseWhoMayRead(async (req, res) => {
      const span = req.query["span"] === "fortnight" ? "fortnight" : "day";
      const [kinds, hours, proposal] = await Promise.all([
        reports.list(),
        reports.hours(),
        reports.propose(),
      ]);
      const view = viewOf(kinds, hours, proposal, { nowMs: Date.now(), span });
      renderPage(req, res, "reports/page", { view }, { section: "reports" });
    }),
  );

  router.post(
    "/reports/clear",
    forThoseWhoMayRead(async (req, res) => {
      await reports.clear();
      const userId = currentUser(req)?.id;
      logger.info({ event: "reports.cleared", requestId: req.id, userId }, "reports forgotten");
      redirectWithNotice(req, res, "/reports", "reports-cleared");
    }),
  );

  return router;
}

type ReportsHandler = (...parameters: Parameters<RequestHandler>) => Promise<void>;

/** A user who may not read them is told what he is told about a page that never was. */
function guarded(handler: ReportsHandler, isOpenHere: boolean): RequestHandler {
  return async function forThoseWhoMayReadHandler(req, res, next) {
    switch (decideReportsAccess(visitorOf(req), isOpenHere)) {
      case "open":
        return handler(req, res, next);
      case "hidden":
        throw new HttpError(404, "NOT_FOUND");
      case "log-in":
        return redirectWithNotice(req, res, "/login?returnTo=%2Freports", "log-in-first");
    }
  };
}

function visitorOf(req: Request): Parameters<typeof decideReportsAccess>[0] {
  const { canonicalOrigin: origin, clientAddress } = req;
  const wasForwarded = [
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
  ].some((name) => name in req.headers);
  return { origin, clientAddress, wasForwarded, role: currentUser(req)?.role };
}
