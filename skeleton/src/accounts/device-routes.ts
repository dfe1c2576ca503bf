import { Router } from "express";
import type { Logger } from "pino";
import { forUser } from "../web/current-user.ts";
import { redirectWithNotice } from "../web/notices.ts";
import { deviceName } from "./device-name.ts";

/** One line of "where you are logged in". */
export interface Device {
  readonly handle: string;
  readonly current: boolean;
  readonly name: string;
  readonly address: string;
  readonly startedAtMs: number;
}

interface SessionList {
  readonly list: () => Promise<
    readonly { handle: string; current: boolean; startedAt: Date; address: string; userAgent: string }[]
  >;
}

/** The user's sessions, this one first. */
export async function devicesOf(session: SessionList): Promise<readonly Device[]> {
  const sessions = await session.list();
  return sessions
    .map(({ handle, current, startedAt, address, userAgent }) => ({
      handle,
      current,
      name: deviceName(userAgent),
      address,
      startedAtMs: startedAt.getTime(),
    }))
    .toSorted((left, right) => Number(right.current) - Number(left.current));
}

/** Ends one of the user's other sessions, or all of them. */
export function deviceRoutes(logger: Logger): Router {
  const router = Router();

  router.post(
    "/account/sessions/end",
    forUser(async (req, res, user) => {
      const handle: unknown = req.body?.handle;
      // A handle of somebody else's session is unknown to this user's list and ends nothing.
      const ended = typeof handle === "string" && (await req.session.revoke(handle));
      logger.info(
        { event: "session.revoked", ended, requestId: req.id, userId: user.id },
        "session ended by its user",
      );
      redirectWithNotice(req, res, "/account", "session-ended");
    }),
  );

  router.post(
    "/account/sessions/end-others",
    forUser(async (req, res, user) => {
      const ended = await req.session.revokeOthers();
      logger.info(
        { event: "session.revoked", ended, requestId: req.id, userId: user.id },
        "other sessions ended",
      );
      redirectWithNotice(req, res, "/account", "sessions-ended");
    }),
  );

  return router;
}
