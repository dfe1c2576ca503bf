import type { RequestHandler } from "express";
import { createBodyMiddleware } from "./middleware.ts";
import { multipart } from "./multipart.ts";
import { parseBodyOptions, type BodyOptions } from "./options.ts";
import { form, json, raw, text } from "./route.ts";

export type { UploadType } from "./magic.ts";
export type { Upload, UploadBody } from "./multipart.ts";
export type { BodyOptions } from "./options.ts";
export type { QueryOptions } from "./query.ts";
export type { FormFields, PlainBodyOptions, RouteBody, RouteBodyOptions } from "./route.ts";
export type { BodyResult, FieldErrors, StandardSchema } from "./schema.ts";
export { serveUpload, type ServedUpload } from "./serve-upload.ts";
export type { UploadedFile } from "./upload-file.ts";
export type { UploadOptions } from "./upload-options.ts";

/** The parsers for single routes, and the one for all. */
export interface Body {
  (options?: BodyOptions): RequestHandler;
  readonly json: typeof json;
  readonly form: typeof form;
  readonly text: typeof text;
  readonly raw: typeof raw;
  readonly multipart: typeof multipart;
}

/**
 * JSON and form parsing for all routes, for an app that composes its own pipeline; `hauberk()` already includes it.
 *
 * `body.json()`, `body.form()`, `body.text()`, `body.raw()` and `body.multipart()` are for single routes, with limits of
 * their own, and work with and without it.
 *
 * @throws {ConfigError} `OPTION_RANGE`, `OPTION_UNKNOWN` at start
 * @see RFC 9110 section 15.5.14 (413), 15.5.16 (415)
 * @example app.post("/import", body.json({ limitBytes: 5_000_000, maxKeys: 50_000 }), importNotes);
 */
export const body: Body = Object.assign(
  (options: BodyOptions = {}) => createBodyMiddleware(parseBodyOptions(options)),
  { json, form, text, raw, multipart },
);
