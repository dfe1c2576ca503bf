import { z } from "zod";
import { textField } from "../web/forms.ts";

export const MAX_TITLE_LENGTH = 120;
export const MAX_BODY_LENGTH = 10_000;

/** Control characters but tab and line feed: they would show nothing and confuse whatever reads the note later. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
const NO_CONTROL = "Remove the invisible control characters.";

export interface NoteInput {
  readonly title: string;
  readonly body: string;
  /** The version the form was opened with; `undefined` for a new note. */
  readonly version?: number | undefined;
}

export const NOTE_FIELDS = ["title", "body", "version"] as const;

export const noteForm: z.ZodType<NoteInput> = z.object({
  title: textField("Give the note a title.")
    .transform((value) => value.trim())
    .pipe(
      z
        .string()
        .min(1, "Give the note a title.")
        .max(MAX_TITLE_LENGTH, `Use at most ${MAX_TITLE_LENGTH} characters.`)
        .refine((value) => !CONTROL.test(value) && !/[\t\n\u2028\u2029]/.test(value), NO_CONTROL),
    ),
  body: textField("Write the note as text.")
    // Browsers send line breaks as CR LF (HTML, "constructing the entry list").
    .transform((value) => value.replaceAll("\r\n", "\n").trimEnd())
    .pipe(
      z
        .string()
        .max(MAX_BODY_LENGTH, `Use at most ${MAX_BODY_LENGTH.toLocaleString("en")} characters.`)
        .refine((value) => !CONTROL.test(value), NO_CONTROL),
    ),
  version: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, "Open the note again to edit it.")
    .transform(Number)
    .optional(),
});
