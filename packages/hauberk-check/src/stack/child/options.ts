import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import type { StackValue } from "../facts.ts";
import type { Engine } from "./closures.ts";
import { describe, measure } from "./measure.ts";

type Variables = ReadonlyMap<string, unknown>;
type Reader = (variables: Variables, engine: Engine) => readonly StackValue[] | undefined;
type Plain = Readonly<Record<string, unknown>>;

/** How to read the options in effect out of a middleware's closure, by package. */
const READERS: Readonly<Record<string, Reader>> = {
  "express-session": session,
  connect: (variables) => (variables.has("store") ? session(variables) : undefined),
  "cookie-session": (variables) => {
    const { secret, keys, ...rest } = plain(variables.get("opts") ?? variables.get("options"));
    return [
      object({
        ...described(rest),
        name: describe(variables.get("name")),
        keys: measure(variables.get("keys") ?? keys ?? secret),
      }),
    ];
  },
  "cookie-parser": (variables) => [measure(variables.get("secrets") ?? variables.get("secret"))],
  csurf: csrf,
  cors: (variables, engine) => {
    const inner = engine.variables(variables.get("optionsCallback"));
    const options = variables.get("o") ?? inner.get("o");
    return typeof options === "function"
      ? [{ $unknown: "the options are computed for each request" }]
      : [describe(plain(options))];
  },
  "body-parser": body,
  "serve-static": files,
  send: files,
  "express-rate-limit": (variables) => {
    const config = plain(variables.get("config") ?? variables.get("options"));
    return [
      object({
        limit: describe(config["limit"] ?? config["max"]),
        windowMs: describe(config["windowMs"]),
        store: describe(config["store"]),
      }),
    ];
  },
};

/** The arguments a package's middleware was made with, defaults applied; `undefined` when nobody knows how to read them. */
export function readArguments(pkg: string, fn: unknown, engine: Engine): readonly StackValue[] | undefined {
  const reader = READERS[pkg];
  if (reader === undefined) return undefined;
  const variables = engine.variables(fn);
  return variables.size === 0 ? undefined : reader(variables, engine);
}

const plain = (value: unknown): Plain =>
  typeof value === "object" && value !== null ? (value as Plain) : {};
const object = (entries: Readonly<Record<string, StackValue>>): StackValue => ({ $object: entries });
const described = (entries: Plain): Record<string, StackValue> =>
  Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, describe(value, name)]));

function first(variables: Variables, ...names: readonly string[]): unknown {
  for (const name of names) if (variables.get(name) !== undefined) return variables.get(name);
  return undefined;
}

function session(variables: Variables): readonly StackValue[] {
  const options = plain(first(variables, "opts", "options"));
  const store = first(variables, "store");
  const given = first(variables, "cookieOptions", "cookie") ?? options["cookie"];
  return [
    object({
      name: describe(first(variables, "name", "key")),
      secret: measure(first(variables, "secret", "secrets") ?? options["secret"]),
      store: storeOf(store),
      saveUninitialized: describe(first(variables, "saveUninitializedSession", "saveUninitialized")),
      resave: describe(first(variables, "resaveSession", "resave")),
      rolling: describe(first(variables, "rollingSessions", "rolling")),
      proxy: describe(variables.get("trustProxy")),
      cookie:
        typeof given === "function"
          ? { $unknown: "the cookie options are computed for each request" }
          : object(cookieOf(store, plain(given))),
    }),
  ];
}

function storeOf(store: unknown): StackValue {
  if (typeof store !== "object" || store === null) return { $undefined: true };
  const name =
    (Object.getPrototypeOf(store) as { constructor?: { name?: string } } | null)?.constructor?.name ?? "";
  return { $class: name, package: name === "MemoryStore" ? "express-session" : undefined };
}

const COOKIE_FIELDS = ["secure", "httpOnly", "sameSite", "domain", "path"];

/** The session library makes a cookie for us: what it says is what browsers get, every default applied. */
function cookieOf(store: unknown, given: Plain): Record<string, StackValue> {
  const effective = generated(store) ?? given;
  const found = Object.fromEntries(
    COOKIE_FIELDS.map((name) => [
      name,
      given[name] === "auto" ? "auto" : describe(effective[name] ?? given[name]),
    ]),
  );
  const age = effective["originalMaxAge"] ?? given["maxAge"];
  // No age is the library's null; rules know it as an option nobody gave.
  return {
    ...found,
    domain: describe(effective["domain"] ?? undefined),
    maxAge: describe(age ?? undefined),
    expires: describe(given["expires"] ?? undefined),
  };
}

function generated(store: unknown): Plain | undefined {
  const generate = (store as { generate?: unknown } | undefined)?.generate;
  if (typeof generate !== "function") return undefined;
  try {
    const request = new IncomingMessage(new Socket()) as IncomingMessage & {
      session?: { cookie?: Plain };
      originalUrl?: string;
    };
    request.originalUrl = "/";
    generate.call(store, request);
    const cookie = request.session?.cookie;
    return cookie === undefined
      ? undefined
      : {
          ...cookie,
          secure: cookie["secure"],
          httpOnly: cookie["httpOnly"],
          sameSite: cookie["sameSite"],
          domain: cookie["domain"],
          path: cookie["path"],
          originalMaxAge: cookie["originalMaxAge"],
        };
  } catch {
    return undefined;
  }
}

function csrf(variables: Variables): readonly StackValue[] {
  const methods = first(variables, "ignoreMethods", "ignoreMethod");
  const cookie = variables.get("cookie");
  return [
    object({
      ignoreMethods: Array.isArray(methods) ? describe(methods) : Object.keys(plain(methods)),
      cookie: cookie === undefined || cookie === false ? describe(cookie) : describe(plain(cookie)),
      sessionKey: describe(variables.get("sessionKey") === undefined ? undefined : "session"),
    }),
  ];
}

function body(variables: Variables): readonly StackValue[] {
  const options = plain(variables.get("readOptions") ?? variables.get("opts"));
  const limit = first(variables, "limit") ?? options["limit"];
  const accepts = first(variables, "shouldParse") ?? options["shouldParse"];
  return [
    object({
      limit: describe(limit),
      extended: describe(variables.get("extended") ?? undefined),
      type: typesOf(accepts),
    }),
  ];
}

const SIMPLE_TYPES = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"];

/** Which types a cross-site form can send are parsed: asked of the parser itself. */
function typesOf(accepts: unknown): StackValue {
  if (typeof accepts !== "function") return { $unknown: "the types it parses" };
  const taken = SIMPLE_TYPES.filter((type) => {
    try {
      return Boolean(
        (accepts as (request: unknown) => unknown)({
          headers: { "content-type": type, "content-length": "2", "transfer-encoding": "chunked" },
        }),
      );
    } catch {
      return false;
    }
  });
  return taken.length === 0 ? { $undefined: true } : taken;
}

function files(variables: Variables): readonly StackValue[] {
  const options = plain(first(variables, "opts", "options"));
  const root = first(variables, "root") ?? options["root"];
  return [
    describe(root),
    object({
      dotfiles: describe(options["dotfiles"]),
      hidden: describe(options["hidden"]),
      index: describe(options["index"]),
    }),
  ];
}
