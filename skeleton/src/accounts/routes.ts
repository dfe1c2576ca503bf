import { type Request, type RequestHandler, type Response, Router } from "express";
import type { LoginGuard } from "hauberk/limit";
import type { Logger } from "pino";
import { askToWait, countGuess, TOO_MANY_GUESSES } from "../guesses/guess.ts";
import { MIN_PASSWORD_LENGTH } from "../passwords/policy.ts";
import type { Passwords } from "../passwords/passwords.ts";
import { currentUser, forAnyone } from "../web/current-user.ts";
import { EMPTY_FORM, type FormState, enteredAgain, parseForm, withError } from "../web/forms.ts";
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
  /** Counts what is tried with passwords: log-ins, sign-ups, changes of a password. */
  readonly guard: LoginGuard;
  readonly logger: Logger;
}

/** Sign up, log in, log out. */
export function accountRoutes({ users, passwords, guard, logger }: AccountDependencies): Router {
  /** A known and an unknown address get the same answer after the same work: one hash, one write. */
  async function signUp(req: Request, res: Response): Promise<void> {
    const result = parseForm(signUpForm, SIGN_UP_FIELDS, req.body);
    if (!result.ok) {
      showSignUp(req, res, result.form);
      return;
    }
    // Never told of a success: a sign-up proves nothing, and must not open the way for guesses.
    const guess = await countGuess(guard, req, result.data.email);
    if (!guess.allowed) {
      const form = askToWait(res, guess.retryAfterSeconds, enteredAgain(SIGN_UP_FIELDS, req.body));
      showSignUp(req, res, form, TOO_MANY_GUESSES);
      return;
    }
    const passwordHash = await orUnavailable(passwords.hash(result.data.password));
    const added = await users.add(result.data.email, passwordHash);
    logger.info({ event: "account.sign-up", added, requestId: req.id }, "sign-up");
    redirectWithNotice(req, res, "/login", "signed-up");
  }

  async function logIn(req: Request, res: Response): Promise<void> {
    const result = parseForm(logInForm, LOG_IN_FIELDS, req.body);
    if (!result.ok) {
      showLogIn(req, res, result.form.values["returnTo"], result.form);
      return;
    }
    const known = await users.byEmail(result.data.email);
    const guess = await countGuess(guard, req, result.data.email, known);
    if (!guess.allowed) {
      const form = askToWait(res, guess.retryAfterSeconds, enteredAgain(LOG_IN_FIELDS, req.body));
      showLogIn(req, res, result.data.returnTo, form, TOO_MANY_GUESSES);
      return;
    }
    const user = await authenticate(known, result.data.password);
    if (user === undefined) {
      const { id: requestId, clientAddress } = req;
      logger.warn({ event: "login.failed", requestId, clientAddress }, "log-in failed");
      showLogIn(req, res, result.data.returnTo, wrongCredentials(req.body));
      return;
    }
    await startSession(req, user, user.sessionEpoch);
    await guess.attempt.succeeded();
    logger.info({ event: "login.succeeded", requestId: req.id, userId: user.id }, "log-in");
    redirectWithNotice(req, res, safeReturnPath(result.data.returnTo, HOME_OF_USERS), "logged-in");
  }

  /** An unknown address costs as much as a known one with a wrong password. */
  async function authenticate(user: User | undefined, password: string): Promise<User | undefined> {
    const verifying = passwords.verify(password, user?.passwordHash);
    const { matches, needsRehash } = await orUnavailable(verifying);
    if (user === undefined || !matches) return undefined;
    if (needsRehash) await users.rehash(user, await orUnavailable(passwords.hash(password)));
    return user;
  }

  const router = Router();
  router.get(
    "/signup",
    forVisitor((req, res) => showSignUp(req, res)),
  );
  router.post("/signup", forAnyone(signUp));
  router.get(
    "/login",
    forVisitor((req, res) => showLogIn(req, res, req.query["returnTo"])),
  );
  router.post("/login", forAnyone(logIn));
  router.post("/logout", forAnyone(logOut));
  return router;
}

async function logOut(req: Request, res: Response): Promise<void> {
  await req.session.logout();
  redirectWithNotice(req, res, "/login", "logged-out");
}

/** A page that makes no sense to a user who is logged in already. */
function forVisitor(show: (req: Request, res: Response) => void): RequestHandler {
  return forAnyone((req, res) => {
    if (currentUser(req) === undefined) show(req, res);
    else res.redirect(303, safeReturnPath(req.query["returnTo"], HOME_OF_USERS));
  });
}

function showSignUp(req: Request, res: Response, form: FormState = EMPTY_FORM, status?: number): void {
  const values = { minPasswordLength: MIN_PASSWORD_LENGTH };
  renderPage(req, res, "accounts/signup", values, { section: "signup", form, status });
}

function showLogIn(
  req: Request,
  res: Response,
  returnTo: unknown,
  form: FormState = EMPTY_FORM,
  status?: number,
): void {
  const values = { returnTo: safeReturnPath(returnTo, HOME_OF_USERS) };
  renderPage(req, res, "accounts/login", values, { section: "login", form, status });
}

function wrongCredentials(body: unknown): FormState {
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
