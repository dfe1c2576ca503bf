import { type Request, Router } from "express";
import { MAX_NOTES_PER_USER, type Notes } from "../notes/notes.ts";
import { MIN_PASSWORD_LENGTH } from "../passwords/policy.ts";
import { forUser } from "../web/current-user.ts";
import { type FormState, parseForm, withError } from "../web/forms.ts";
import { redirectWithNotice } from "../web/notices.ts";
import { renderPage } from "../web/render.ts";
import { orUnavailable } from "./busy.ts";
import { deviceRoutes, devicesOf } from "./device-routes.ts";
import { CHANGE_PASSWORD_FIELDS, changePasswordForm } from "./forms.ts";
import { type AccountDependencies, startSession } from "./routes.ts";
import type { User } from "./users.ts";

/** The account page, the change of the password and the list of sessions. */
export function settingsRoutes(dependencies: AccountDependencies & { readonly notes: Notes }): Router {
  const { users, passwords, notes, logger } = dependencies;
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
      const outcome = await change(user, req.body);
      if (typeof outcome === "number") {
        await startSession(req, user, outcome);
        await req.session.revokeOthers();
        logger.info({ event: "password.changed", requestId: req.id, userId: user.id }, "password changed");
        redirectWithNotice(req, res, "/account", "password-changed");
        return;
      }
      logger.warn(
        { event: "password.change-refused", requestId: req.id, userId: user.id },
        "password not changed",
      );
      renderPage(req, res, "accounts/account", await pageValues(req, user), {
        section: "account",
        form: outcome,
      });
    }),
  );

  /** The new session epoch, or the form with what is wrong. */
  async function change(user: User, body: unknown): Promise<number | FormState> {
    const result = parseForm(changePasswordForm(user.email), CHANGE_PASSWORD_FIELDS, body);
    if (!result.ok) return result.form;
    const { currentPassword, newPassword } = result.data;
    const { matches } = await orUnavailable(passwords.verify(currentPassword, user.passwordHash));
    if (!matches) return refused(body, "This is not your current password.");
    const epoch = await users.changePassword(user, await orUnavailable(passwords.hash(newPassword)));
    return epoch ?? refused(body, "The password was changed elsewhere meanwhile.");
  }

  async function pageValues(req: Request, user: User): Promise<object> {
    const noteCount = await notes.count(user.id);
    const devices = await devicesOf(req.session);
    return { devices, noteCount, maxNotes: MAX_NOTES_PER_USER, minPasswordLength: MIN_PASSWORD_LENGTH };
  }

  router.use(deviceRoutes(logger));
  return router;
}

function refused(body: unknown, message: string): FormState {
  return withError(CHANGE_PASSWORD_FIELDS, body, "currentPassword", message);
}
