import type { Request, RequestHandler, Response } from "express";
import { ConfigError } from "../errors/config-error.ts";
import { refusal } from "../errors/refusal.ts";
import { refuseWith } from "../errors/refuse.ts";
import { contextOf } from "../internal/context.ts";
import { describe, readInteger, readOptions, readStringArray, received } from "../internal/options.ts";
import { parseText, type BodyState } from "./middleware.ts";
import { BODY_KEYS, parseBodyOptions, type BodyOptions } from "./options.ts";
import { bodyKind } from "./parse.ts";
import { replay } from "./peek.ts";
import { createReader, decodeUtf8 } from "./read.ts";
import { validate, type BodyResult, type StandardSchema } from "./schema.ts";

export interface RouteBodyOptions<Output> extends BodyOptions {
  /** A schema of any library that follows Standard Schema. Without one the result is the parsed body. */
  readonly schema?: StandardSchema<Output>;
}

/** A parser for one route, which also says what it found. */
export interface RouteBody<Output> extends RequestHandler {
  /** The typed value, or the errors of each field to show the form again with. */
  readonly result: (req: Request) => BodyResult<Output>;
  /**
   * The typed value alone.
   *
   * @throws {HttpError} `BODY_SCHEMA_REFUSED` (422) when the body does not follow the schema
   */
  readonly value: (req: Request) => Output;
}

/** The body of routes that take JSON: 415 for anything else, 413 beyond the limit. */
export function json<Output = unknown>(options: RouteBodyOptions<Output> = {}): RouteBody<Output> {
  return createRouteBody("json", options, "body.json()");
}

export type FormFields = Readonly<Record<string, string | readonly string[]>>;

/** The body of routes that take a form without files. */
export function form<Output = FormFields>(options: RouteBodyOptions<Output> = {}): RouteBody<Output> {
  return createRouteBody("form", options, "body.form()");
}

function createRouteBody<Output>(
  kind: BodyState["kind"],
  input: RouteBodyOptions<Output>,
  call: string,
): RouteBody<Output> {
  const { schema, ...rest } = readOptions(input, [...BODY_KEYS, "schema"], { call });
  const policy = parseBodyOptions(rest, call);
  const standard = schema === undefined ? undefined : readSchema<Output>(schema, call);
  const read = createReader(policy.limitBytes);
  const results = new WeakMap<Request, BodyResult<Output>>();

  async function parse(req: Request, res: Response): Promise<BodyResult<Output>> {
    const source = await textOf(req, res, kind, read);
    if (!(Buffer.byteLength(source) <= policy.limitBytes))
      throw refusal("BODY_TOO_LARGE", { because: "limit of the route" });
    const parsed = parseText(source, kind, policy);
    if (!parsed.ok) throw refusal(parsed.code, { because: parsed.because });
    req.body = parsed.value;
    return standard === undefined
      ? { ok: true, value: parsed.value as Output }
      : validate(parsed.value, standard);
  }

  const middleware: RequestHandler = (req, res, next) => {
    parse(req, res).then(
      (result) => {
        results.set(req, result);
        next();
      },
      (error: unknown) => refuseWith(req, next, "body.refused", error),
    );
  };
  const result = (req: Request): BodyResult<Output> => {
    const found = results.get(req);
    if (found === undefined)
      throw new TypeError(`${call}: the route reads a result of a parser it was not given.`);
    return found;
  };
  const value = (req: Request): Output => {
    const found = result(req);
    if (found.ok) return found.value;
    throw refusal("BODY_SCHEMA_REFUSED", { because: Object.keys(found.errors).join(", ").slice(0, 200) });
  };
  return Object.assign(middleware, { result, value });
}

/** The text the pipeline has kept, or the body itself where there was no pipeline or it had to leave it unread. */
async function textOf(
  req: Request,
  res: Response,
  kind: BodyState["kind"],
  read: ReturnType<typeof createReader>,
): Promise<string> {
  const { body } = contextOf(req);
  if (bodyKind(req.headers["content-type"]) !== kind)
    throw refusal("BODY_TYPE_UNSUPPORTED", { because: `not ${kind}` });
  if (body?.text !== undefined) return body.text;
  const sent = body?.wire === undefined ? req : replay(req, body.wire);
  const bytes = (await read(sent, res)) ?? Buffer.alloc(0);
  const source = decodeUtf8(bytes);
  if (source === undefined) throw refusal("BODY_INVALID", { because: "not-utf-8" });
  return source;
}

function readSchema<Output>(value: unknown, call: string): StandardSchema<Output> {
  const standard: unknown = (value as { readonly "~standard"?: unknown } | null)?.["~standard"];
  const validator: unknown = (standard as { readonly validate?: unknown } | undefined)?.validate;
  if (typeof validator === "function") return value as StandardSchema<Output>;
  throw new ConfigError("OPTION_TYPE", {
    what: `${describe({ call, path: "schema" })} is ${received(value)}, expected a Standard Schema.`,
    why: "without a validate method every body would pass unchecked.",
    fix: "pass a schema of zod 4, valibot or arktype, for example z.object({ title: z.string() }).",
  });
}

export interface PlainBodyOptions {
  /** The largest body, after decompression. @default 102_400 */
  readonly limitBytes?: number;
  /** The media types taken. @default ["text/plain"] for text, ["application/octet-stream"] for raw */
  readonly types?: readonly string[];
}

/** The body of routes that take text: `req.body` is a string. */
export function text(options: PlainBodyOptions = {}): RequestHandler {
  return createPlainBody(options, ["text/plain"], "body.text()", (bytes) => {
    const decoded = decodeUtf8(bytes);
    if (decoded === undefined || decoded.includes("\0"))
      throw refusal("BODY_INVALID", { because: decoded === undefined ? "not-utf-8" : "nul" });
    return decoded;
  });
}

/** The body of routes that take bytes: `req.body` is a Buffer. */
export function raw(options: PlainBodyOptions = {}): RequestHandler {
  return createPlainBody(options, ["application/octet-stream"], "body.raw()", (bytes) => bytes);
}

function createPlainBody(
  input: PlainBodyOptions,
  defaults: readonly string[],
  call: string,
  decode: (bytes: Buffer) => unknown,
): RequestHandler {
  const options = readOptions(input, ["limitBytes", "types"], { call });
  const limit = { min: 1, max: 64 * 1024 * 1024, fallback: 102_400 };
  const read = createReader(readInteger(options["limitBytes"], limit, { call, path: "limitBytes" }));
  const types = new Set(readStringArray(options["types"] ?? defaults, { call, path: "types" }));
  return (req, res, next) => {
    const [type = ""] = (req.headers["content-type"] ?? "").toLowerCase().split(";");
    if (!types.has(type.trim()))
      return refuseWith(req, next, "body.refused", refusal("BODY_TYPE_UNSUPPORTED", { because: "type" }));
    read(req, res)
      .then((bytes) => {
        req.body = decode(bytes ?? Buffer.alloc(0));
        next();
      })
      .catch((error: unknown) => refuseWith(req, next, "body.refused", error));
  };
}
