import type { BodyPolicy } from "./options.ts";

export type BodyRefusalCode =
  | "BODY_INVALID"
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
  return inspect(value, policy) ?? { ok: true, value };
}

/** Looks at every key without recursion: a text of 50,000 brackets must not exhaust the stack. */
function inspect(root: object, policy: BodyPolicy): ParsedBody | undefined {
  let keys = 0;
  const open: { readonly value: object; readonly depth: number }[] = [{ value: root, depth: 1 }];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    if (!(item.depth <= policy.maxDepth)) return { ok: false, code: "BODY_TOO_COMPLEX", because: "depth" };
    for (const [key, child] of Object.entries(item.value)) {
      keys += 1;
      if (!(keys <= policy.maxKeys)) return { ok: false, code: "BODY_TOO_COMPLEX", because: "keys" };
      if (FORBIDDEN_KEYS.has(key)) return { ok: false, code: "BODY_FORBIDDEN_KEY", because: key };
      if (typeof child === "object" && child !== null)
        open.push({ value: child as object, depth: item.depth + 1 });
    }
  }
  return undefined;
}

/**
 * Parses a form (application/x-www-form-urlencoded, the URL Standard's rules) into flat fields.
 * `a[b]=1` is a field called "a[b]": no brackets make objects, so a text field is always text.
 */
export function parseForm(text: string, policy: BodyPolicy): ParsedBody {
  const fields = Object.create(null) as Record<string, string | string[]>;
  let count = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    count += 1;
    if (!(count <= policy.maxKeys)) return { ok: false, code: "BODY_TOO_COMPLEX", because: "fields" };
    if (FORBIDDEN_KEYS.has(name)) return { ok: false, code: "BODY_FORBIDDEN_KEY", because: name };
    const before = fields[name];
    if (policy.repeatable.has(name)) fields[name] = Array.isArray(before) ? [...before, value] : [value];
    else if (before === undefined) fields[name] = value;
    else return { ok: false, code: "BODY_DUPLICATE_FIELD", because: name.slice(0, 60) };
  }
  return { ok: true, value: fields };
}

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
  const charsets = parameters.filter((parameter) => parameter.startsWith("charset="));
  const supported = charsets.every((parameter) =>
    ["utf-8", '"utf-8"', "utf8"].includes(parameter.slice("charset=".length)),
  );
  return supported && charsets.length <= 1 ? kind : "unsupported-charset";
}

function isJson(type: string): boolean {
  return type === "application/json" || (type.startsWith("application/") && type.endsWith("+json"));
}
