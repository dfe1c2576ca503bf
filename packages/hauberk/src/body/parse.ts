import type { BodyPolicy } from "./options.ts";

type BodyRefusalCode =
  | "BODY_INVALID"
  | "BODY_TOO_LARGE"
  | "BODY_FORBIDDEN_KEY"
  | "BODY_TOO_COMPLEX"
  | "BODY_DUPLICATE_FIELD"
  | "BODY_TYPE_UNSUPPORTED";

export type ParsedBody =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: BodyRefusalCode; readonly because: string };

/** `{"__proto__": ...}` reaches the prototype when it is copied; `hasOwnProperty=1` replaces a method others call. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set([
  ...Object.getOwnPropertyNames(Object.prototype),
  "prototype",
]);

/** Parses a JSON text whose top level is an object or an array. */
export function parseJson(text: string, policy: BodyPolicy): ParsedBody {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, code: "BODY_INVALID", because: "json-syntax" };
  }
  if (typeof value !== "object" || value === null)
    return { ok: false, code: "BODY_INVALID", because: "json-not-object" };
  return inspect(value, text, policy) ?? { ok: true, value };
}

interface OpenValue {
  readonly value: object;
  readonly depth: number;
}

/** Looks at every key and text without recursion: a body of 50,000 brackets must not exhaust the stack. */
function inspect(root: object, text: string, policy: BodyPolicy): ParsedBody | undefined {
  let entries = 0;
  let members = 0;
  const open: OpenValue[] = [{ value: root, depth: 1 }];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    if (!(item.depth <= policy.maxDepth)) return { ok: false, code: "BODY_TOO_COMPLEX", because: "depth" };
    const inObject = !Array.isArray(item.value);
    for (const [key, child] of Object.entries(item.value) as [string, unknown][]) {
      entries += 1;
      if (inObject) members += 1;
      if (!(entries <= policy.maxKeys)) return { ok: false, code: "BODY_TOO_COMPLEX", because: "keys" };
      if (FORBIDDEN_KEYS.has(key)) return { ok: false, code: "BODY_FORBIDDEN_KEY", because: key };
      if (key.includes("\0") || (typeof child === "string" && child.includes("\0"))) return NUL;
      if (typeof child === "object" && child !== null) open.push({ value: child, depth: item.depth + 1 });
    }
  }
  // {"role":"user","role":"admin"}: a filter in front reads the first, JSON.parse kept the last.
  if (countMembers(text) !== members) return { ok: false, code: "BODY_DUPLICATE_FIELD", because: "json-key" };
  return undefined;
}

/** Databases end a text at a NUL, or answer with an error that would become a 500; no form can send one. */
const NUL: ParsedBody = { ok: false, code: "BODY_INVALID", because: "nul" };

/** The members of all objects in a valid JSON text, repeated ones included: each has one colon outside of strings. */
function countMembers(text: string): number {
  let members = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === COLON) members += 1;
    else if (character === QUOTE) at = endOfString(text, at);
  }
  return members;
}

const COLON = 0x3a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

/**
 * Parses a form (application/x-www-form-urlencoded, the URL Standard's rules) into flat fields.
 * `a[b]=1` is a field called "a[b]": no brackets make objects, so a text field is always text.
 */
export function parseForm(text: string, policy: Pick<BodyPolicy, "maxKeys" | "repeatable">): ParsedBody {
  const fields = Object.create(null) as Record<string, string | string[]>;
  let count = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    count += 1;
    if (!(count <= policy.maxKeys)) return { ok: false, code: "BODY_TOO_COMPLEX", because: "fields" };
    if (isForbiddenName(name)) return { ok: false, code: "BODY_FORBIDDEN_KEY", because: name.slice(0, 60) };
    if (name.includes("\0") || value.includes("\0")) return NUL;
    const before = fields[name];
    if (Array.isArray(before)) before.push(value);
    else if (before === undefined) fields[name] = policy.repeatable.has(name) ? [value] : value;
    else return { ok: false, code: "BODY_DUPLICATE_FIELD", because: name.slice(0, 60) };
  }
  return { ok: true, value: fields };
}

/**
 * Also `a[__proto__]`, `a.constructor` and `a[99999999]`: a route that makes objects and arrays of names would walk
 * right into them, and answer the last with a text of 500 MB.
 */
export function isForbiddenName(name: string): boolean {
  if (FORBIDDEN_KEYS.has(name) || /[[.]\d{4}/.test(name)) return true;
  return /[.[]/.test(name) && name.split(/[.[\]]/).some((part) => REACHES_PROTOTYPE.has(part));
}

const REACHES_PROTOTYPE: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** What a Content-Type says, as far as the pipeline parses it. */
export type BodyKind = "json" | "form" | "unsupported-charset" | "other";

/** Reads the media type without a regular expression over the client's text; only UTF-8 is taken. */
export function bodyKind(contentType: string | undefined): BodyKind {
  if (contentType === undefined) return "other";
  const [type = "", ...parameters] = contentType
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  const kind = type === "application/x-www-form-urlencoded" ? "form" : isJson(type) ? "json" : "other";
  if (kind === "other") return kind;
  const charsets = parameters.filter((parameter) => parameter.startsWith("charset"));
  const supported = charsets.every((parameter) => /^charset=(?:utf-?8|"utf-?8")$/.test(parameter));
  return supported && charsets.length <= 1 ? kind : "unsupported-charset";
}

function isJson(type: string): boolean {
  return type === "application/json" || /^application\/[^+;,]+\+json$/.test(type);
}
