import { type Request, type Response, Router } from "express";
import { askToWait, countGuess, TOO_MANY_GUESSES } from "../guesses/guess.ts";
import { MAX_NOTES_PER_USER, type Notes } from "../notes/notes.ts";
import { MIN_PASSWORD_LENGTH } from "../passwords/policy.ts";
import { forUser } from "../web/current-user.ts";
import { type FormState, parseForm } from "../web/forms.ts";
import { redirectWithNotice } from "../web/notices.ts";
import { renderPage } from "../web/render.ts";
import { orUnavailable } from "./busy.ts";
import { deviceRoutes, devicesOf } from "./device-routes.ts";
import { CHANGE_PASSWORD_FIELDS, changePasswordForm } from "./forms.ts";
import { type AccountDependencies, startSession } from "./routes.ts";
import type { User } from "./users.ts";

/** The account page, the change of the password and the list of sessions. */
export function settingsRoutes(dependencies: AccountDependencies & { readonly notes: Notes }): Router {
  const { users, passwords, notes, guard, logger } = dependencies;
  const router = Router();

  // https://w3c.github.io/webappsec-change-password-url/
  router.get("/.well-known/change-password", (_req, res) => res.redirect(303, "/account"));

  router.get(
    "/account",
    forUser(async (req, res, user) => {
      renderPage(req, res, "accounts/account", await pageValues(req, user), { section: "account" });
    }),
  );

  router.post(
    "/account/password",
    forUser(async (req, res, user) => {
      const outcome = await change(req, res, user);
      const { id: requestId } = req;
      if (typeof outcome === "number") {
        await startSession(req, user, outcome);
        await req.session.revokeOthers();
        logger.info({ event: "password.changed", requestId, userId: user.id }, "password changed");
        redirectWithNotice(req, res, "/account", "password-changed");
        return;
      }
      logger.warn({ event: "password.change-refused", requestId, userId: user.id }, "password not changed");
      const options = {
        section: "account",
        form: outcome,
        status: "wait" in outcome.errors ? TOO_MANY_GUESSES : undefined,
      };
      renderPage(req, res, "accounts/account", await pageValues(req, user), options);
    }),
  );

  /** The new session epoch, or the form with what is wrong. */
  async function change(req: Request, res: Response, user: User): Promise<number | FormState> {
    const result = parseForm(changePasswordForm(user.email), CHANGE_PASSWORD_FIELDS, req.body);
    if (!result.ok) return result.form;
    const { currentPassword, newPassword } = result.data;
    // Whoever sits down at a browser that was left open has a session, and could guess the password with it.
    const guess = await countGuess(guard, req, user.email, user);
    if (!guess.allowed) return askToWait(res, guess.retryAfterSeconds);
    const { matches } = await orUnavailable(passwords.verify(currentPassword, user.passwordHash));
    if (!matches) return refused("This is not your current password.");
    const epoch = await users.changePassword(user, await orUnavailable(passwords.hash(newPassword)));
    if (epoch === undefined) return refused("The password was changed elsewhere meanwhile.");
    await guess.attempt.succeeded({ passwordVersion: epoch });
    return epoch;
  }

  async function pageValues(req: Request, user: User): Promise<object> {
    const noteCount = await notes.count(user.id);
    const devices = await devicesOf(req.session);
    return { devices, noteCount, maxNotes: MAX_NOTES_PER_USER, minPasswordLength: MIN_PASSWORD_LENGTH };
  }

  router.use(deviceRoutes(logger));
  return router;
}

/** Passwords never go back into a page: there is nothing of the form to keep. */
function refused(message: string): FormState {
  return { values: {}, errors: { currentPassword: message } };
}
