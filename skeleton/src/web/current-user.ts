import type { NextFunction, Request, RequestHandler, Response } from "express";
import type { User, Users } from "../accounts/users.ts";
import { redirectWithNotice } from "./notices.ts";

const users = new WeakMap<Request, User>();

/**
 * Finds out who is asking, for every page behind it, and ends a session whose account is gone or whose password was
 * changed since.
 */
export function identify(accounts: Users): RequestHandler {
  return async function identifyMiddleware(req, res, next) {
    await findOut(accounts, req, res);
    next();
  };
}

/**
 * Finds out once more, behind a body that may take minutes to arrive: whoever sends it may have been logged out of
 * somebody's account meanwhile, or the password changed because of him.
 *
 * @throws {HttpError} `SESSION_MOVED` when the session has another id by now
 */
export async function identifyAgain(accounts: Users, req: Request, res: Response): Promise<User | undefined> {
  await req.session.reload();
  users.delete(req);
  res.locals["user"] = undefined;
  await findOut(accounts, req, res);
  return users.get(req);
}

async function findOut(accounts: Users, req: Request, res: Response): Promise<void> {
  const { userId } = req.session;
  if (userId === undefined) return;
  const user = await accounts.byId(userId);
  if (user !== undefined && req.session.epoch === user.sessionEpoch) {
    users.set(req, user);
    res.locals["user"] = user;
  } else {
    await req.session.logout();
  }
}

export function currentUser(req: Request): User | undefined {
  return users.get(req);
}

/** A route for everybody. It changes nothing; it says so where the route is declared. */
export function forAnyone(handler: (req: Request, res: Response) => void | Promise<void>): RequestHandler {
  return function forAnyoneHandler(req, res) {
    return handler(req, res);
  };
}

type UserHandler = (req: Request, res: Response, user: User, next: NextFunction) => void | Promise<void>;

/** A route for users only. A visitor is sent to log in, and afterwards to the page he wanted. */
export function forUser(handler: UserHandler): RequestHandler {
  return async function forUserHandler(req, res, next) {
    const user = currentUser(req);
    if (user !== undefined) {
      await handler(req, res, user, next);
      return;
    }
    // What a form wanted to change cannot be repeated after the log-in; its page can be shown.
    const wanted = req.method === "GET" ? `?returnTo=${encodeURIComponent(req.originalUrl)}` : "";
    redirectWithNotice(req, res, `/login${wanted}`, "log-in-first");
  };
}
