import { z } from "zod";
import { passwordProblem } from "../passwords/policy.ts";
import { textField } from "../web/forms.ts";

/** RFC 5321 section 4.5.3.1.3, less the angle brackets. */
const MAX_EMAIL_LENGTH = 254;
/** No password that was ever accepted is longer; the rest is not worth hashing. */
const MAX_ATTEMPT_LENGTH = 512;

const email = textField("Enter your e-mail address.")
  .transform((value) => value.trim())
  .pipe(
    z
      .string()
      .min(1, "Enter your e-mail address.")
      .max(MAX_EMAIL_LENGTH, `Use at most ${MAX_EMAIL_LENGTH} characters.`)
      // ASCII alone, and small letters only afterwards: "\u212aim@a.example", with the sign for Kelvin, would become Kim's address.
      .pipe(z.email("Enter an e-mail address such as name@example.com."))
      .transform((value) => value.toLowerCase()),
  );

const attempt = textField("Enter your password.")
  .min(1, "Enter your password.")
  .max(MAX_ATTEMPT_LENGTH, "This is longer than any password here.");

export const SIGN_UP_FIELDS = ["email", "password"] as const;
export const signUpForm: z.ZodType<{ email: string; password: string }> = z
  .object({ email, password: z.string({ error: "Choose a password." }) })
  .superRefine(({ email: address, password }, context) => {
    const problem = passwordProblem(password, address);
    if (problem !== undefined) context.addIssue({ code: "custom", path: ["password"], message: problem });
  });

export const LOG_IN_FIELDS = ["email", "password", "returnTo"] as const;
export const logInForm: z.ZodType<{ email: string; password: string; returnTo?: unknown }> = z.object({
  email,
  password: attempt,
  returnTo: z.unknown(),
});

export const CLOSE_ACCOUNT_FIELDS = ["password"] as const;
export const closeAccountForm: z.ZodType<{ password: string }> = z.object({ password: attempt });

export const CHANGE_PASSWORD_FIELDS = ["currentPassword", "newPassword"] as const;

/** The new password is checked against the account's own address, so the form is made for one account. */
export function changePasswordForm(
  address: string,
): z.ZodType<{ currentPassword: string; newPassword: string }> {
  return z
    .object({ currentPassword: attempt, newPassword: z.string({ error: "Choose a new password." }) })
    .superRefine(({ currentPassword, newPassword }, context) => {
      const same = currentPassword === newPassword ? "This is the password you have now." : undefined;
      const problem = passwordProblem(newPassword, address) ?? same;
      if (problem !== undefined)
        context.addIssue({ code: "custom", path: ["newPassword"], message: problem });
    });
}
