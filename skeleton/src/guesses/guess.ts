import type { Request, Response } from "express";
import { HttpError } from "hauberk/errors";
import type { LoginAttempt, LoginGuard } from "hauberk/limit";
import type { User } from "../accounts/users.ts";
import { EMPTY_FORM, type FormState } from "../web/forms.ts";
import { waitingTime } from "./waiting-time.ts";

/** A guess at a password that may be checked, or how long to wait until the next one may be. */
export type Guess =
  | { readonly allowed: true; readonly attempt: LoginAttempt }
  | { readonly allowed: false; readonly retryAfterSeconds: number };

/**
 * Counts a guess before the password is checked: whether there is such an account must make no difference.
 *
 * @param user whose password it is, where that is known: a device is known only by the password of now
 */
export async function countGuess(
  guard: LoginGuard,
  req: Request,
  account: string,
  user?: Pick<User, "sessionEpoch">,
): Promise<Guess> {
  try {
    const attempt = await guard.begin(req, account, { passwordVersion: user?.sessionEpoch ?? 0 });
    return { allowed: true, attempt };
  } catch (error) {
    if (!(error instanceof HttpError && error.code === "LOGIN_THROTTLED")) throw error;
    return { allowed: false, retryAfterSeconds: Number(error.headers["Retry-After"]) };
  }
}

/** RFC 6585 section 4. */
export const TOO_MANY_GUESSES = 429;

/** The form again, with what was entered, and when it may be sent; programs are told the same by `Retry-After`. */
export function askToWait(
  res: Response,
  retryAfterSeconds: number,
  { values }: FormState = EMPTY_FORM,
): FormState {
  res.set("Retry-After", String(retryAfterSeconds));
  const wait = `There were too many attempts. Try again in ${waitingTime(retryAfterSeconds)}, or in a browser that was logged in to this account before.`;
  return { values, errors: { wait } };
}
