import { type Request, type Response, Router } from "express";
import type { Logger } from "pino";
import { MIN_PASSWORD_LENGTH } from "../passwords/policy.ts";
import type { Passwords } from "../passwords/passwords.ts";
import { currentUser } from "../web/current-user.ts";
import { parseForm, withError } from "../web/forms.ts";
import { redirectWithNotice } from "../web/notices.ts";
import { renderPage } from "../web/render.ts";
import { safeReturnPath } from "../web/return-path.ts";
import { orUnavailable } from "./busy.ts";
import { LOG_IN_FIELDS, SIGN_UP_FIELDS, logInForm, signUpForm } from "./forms.ts";
import type { User, Users } from "./users.ts";

const HOME_OF_USERS = "/notes";

export interface AccountDependencies {
  readonly users: Users;
  readonly passwords: Passwords;
  readonly logger: Logger;
}

/** Sign up, log in, log out. */
export function accountRoutes({ users, passwords, logger }: AccountDependencies): Router {
  const router = Router();

  router.get("/signup", (req, res) => {
    if (currentUser(req) === undefined) showSignUp(req, res);
    else res.redirect(303, HOME_OF_USERS);
  });

  // A known and an unknown address get the same answer after the same work: one hash, one write.
  router.post("/signup", async (req, res) => {
    const result = parseForm(signUpForm, SIGN_UP_FIELDS, req.body);
    if (!result.ok) {
      renderPage(req, res, "accounts/signup", SIGN_UP_VALUES, { section: "signup", form: result.form });
      return;
    }
    const passwordHash = await orUnavailable(passwords.hash(result.data.password));
    const added = await users.add(result.data.email, passwordHash);
    logger.info({ event: "account.sign-up", added, requestId: req.id }, "sign-up");
    redirectWithNotice(req, res, "/login", "signed-up");
  });

  router.get("/login", (req, res) => {
    const returnTo = safeReturnPath(req.query["returnTo"], HOME_OF_USERS);
    if (currentUser(req) === undefined)
      renderPage(req, res, "accounts/login", { returnTo }, { section: "login" });
    else res.redirect(303, returnTo);
  });

  router.post("/login", async (req, res) => {
    const result = parseForm(logInForm, LOG_IN_FIELDS, req.body);
    const user = result.ok ? await authenticate(result.data) : undefined;
    if (user === undefined) {
      const form = result.ok ? wrongCredentials(req.body) : result.form;
      const returnTo = safeReturnPath(form.values["returnTo"], HOME_OF_USERS);
      if (result.ok)
        logger.warn(
          { event: "login.failed", requestId: req.id, clientAddress: req.clientAddress },
          "log-in failed",
        );
      renderPage(req, res, "accounts/login", { returnTo }, { section: "login", form });
      return;
    }
    await startSession(req, user, user.sessionEpoch);
    logger.info({ event: "login.succeeded", requestId: req.id, userId: user.id }, "log-in");
    redirectWithNotice(
      req,
      res,
      safeReturnPath(result.ok && result.data.returnTo, HOME_OF_USERS),
      "logged-in",
    );
  });

  router.post("/logout", async (req, res) => {
    await req.session.logout();
    redirectWithNotice(req, res, "/login", "logged-out");
  });

  /** An unknown address costs as much as a known one with a wrong password. */
  async function authenticate(attempt: { email: string; password: string }): Promise<User | undefined> {
    const user = await users.byEmail(attempt.email);
    const { matches, needsRehash } = await orUnavailable(
      passwords.verify(attempt.password, user?.passwordHash),
    );
    if (user === undefined || !matches) return undefined;
    if (needsRehash) await users.rehash(user, await orUnavailable(passwords.hash(attempt.password)));
    return user;
  }

  return router;
}

const SIGN_UP_VALUES = { minPasswordLength: MIN_PASSWORD_LENGTH };

function showSignUp(req: Request, res: Response): void {
  renderPage(req, res, "accounts/signup", SIGN_UP_VALUES, { section: "signup" });
}

function wrongCredentials(body: unknown): ReturnType<typeof withError> {
  return withError(
    LOG_IN_FIELDS,
    body,
    "password",
    "This is not the password of an account with this address.",
  );
}

/** Gives the browser a new session id and ties the session to the password it was opened with. */
export async function startSession(req: Request, user: User, epoch: number): Promise<void> {
  await req.session.login(user.id);
  req.session.epoch = epoch;
}
