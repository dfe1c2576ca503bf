import { z } from "zod";

/** What a template needs to show a form again: what was entered, and what was wrong with it. */
export interface FormState {
  readonly values: Readonly<Record<string, string>>;
  readonly errors: Readonly<Record<string, string>>;
}

export type FormResult<T> =
  | { readonly ok: true; readonly data: T }
  | { readonly ok: false; readonly form: FormState };

export const EMPTY_FORM: FormState = { values: {}, errors: {} };

/** Fields whose value never goes back into a page. */
const NEVER_SHOWN_AGAIN = /password/i;

/**
 * Checks a form against its schema. Whatever arrives - nothing, a list, a number, an object where a text belongs -
 * comes back as an error beside its field.
 */
export function parseForm<T>(schema: z.ZodType<T>, fields: readonly string[], body: unknown): FormResult<T> {
  const entered = isRecord(body) ? body : {};
  const result = schema.safeParse(Object.fromEntries(fields.map((field) => [field, entered[field]])));
  if (result.success) return { ok: true, data: result.data };
  return { ok: false, form: { values: shownAgain(fields, entered), errors: firstErrors(result.error) } };
}

/** The same form with one more error, for what only the database can know. */
export function withError(
  fields: readonly string[],
  body: unknown,
  field: string,
  message: string,
): FormState {
  return { ...enteredAgain(fields, body), errors: { [field]: message } };
}

/** The form as it was filled in, without a word about it. */
export function enteredAgain(fields: readonly string[], body: unknown): FormState {
  return { values: shownAgain(fields, isRecord(body) ? body : {}), errors: {} };
}

/** A text field: a list or an object in its place counts as not filled in. */
export function textField(missing: string): z.ZodString {
  return z.string({ error: missing }).refine((value) => value.isWellFormed(), {
    error: "This contains characters that cannot be stored.",
    abort: true,
  });
}

function shownAgain(
  fields: readonly string[],
  entered: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const field of fields) {
    const value = entered[field];
    if (typeof value === "string" && !NEVER_SHOWN_AGAIN.test(field)) shown[field] = value;
  }
  return shown;
}

function firstErrors(error: z.ZodError): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const issue of error.issues) errors[String(issue.path[0])] ??= issue.message;
  return errors;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
