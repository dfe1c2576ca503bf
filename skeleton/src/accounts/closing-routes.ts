import { type Request, type Response, Router } from "express";
import type { Attachments } from "../attachments/attachments.ts";
import { removeFiles } from "../attachments/files.ts";
import { askToWait, countGuess, TOO_MANY_GUESSES } from "../guesses/guess.ts";
import { forUser } from "../web/current-user.ts";
import { EMPTY_FORM, type FormState, parseForm } from "../web/forms.ts";
import { redirectWithNotice } from "../web/notices.ts";
import { renderPage } from "../web/render.ts";
import { orUnavailable } from "./busy.ts";
import { CLOSE_ACCOUNT_FIELDS, closeAccountForm } from "./forms.ts";
import type { AccountDependencies } from "./routes.ts";
import type { User } from "./users.ts";

export interface ClosingDependencies extends AccountDependencies {
  readonly attachments: Attachments;
  /** The folder of the files. */
  readonly directory: string;
}

/** The end of an account: its notes, its files and its sessions go with it. */
export function closingRoutes(dependencies: ClosingDependencies): Router {
  const { users, passwords, guard, attachments, directory, logger } = dependencies;
  const router = Router();

  router.get(
    "/account/delete",
    forUser((req, res) => show(req, res, EMPTY_FORM)),
  );

  router.post(
    "/account/delete",
    forUser(async (req, res, user) => {
      const refused = await check(req, res, user);
      if (refused !== undefined) {
        show(req, res, refused);
        return;
      }
      const fileIds = await attachments.idsOf(user.id);
      await users.remove(user.id);
      await removeFiles(directory, fileIds, logger);
      await req.session.revokeAll();
      logger.info({ event: "account.deleted", requestId: req.id, userId: user.id }, "account deleted");
      redirectWithNotice(req, res, "/", "account-deleted");
    }),
  );

  /** Whoever sits down at a browser that was left open does not know the password. */
  async function check(req: Request, res: Response, user: User): Promise<FormState | undefined> {
    const result = parseForm(closeAccountForm, CLOSE_ACCOUNT_FIELDS, req.body);
    if (!result.ok) return result.form;
    const guess = await countGuess(guard, req, user.email, user);
    if (!guess.allowed) return askToWait(res, guess.retryAfterSeconds);
    const { matches } = await orUnavailable(passwords.verify(result.data.password, user.passwordHash));
    return matches ? undefined : { values: {}, errors: { password: "This is not your password." } };
  }

  return router;
}

function show(req: Request, res: Response, form: FormState): void {
  const status = "wait" in form.errors ? TOO_MANY_GUESSES : undefined;
  renderPage(req, res, "accounts/delete", {}, { section: "account", form, status });
}
