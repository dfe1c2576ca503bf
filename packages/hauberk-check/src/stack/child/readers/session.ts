import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import type { StackValue } from "../../facts.ts";
import { describe, measure } from "../measure.ts";
import { described, first, object, plain, type Plain, type Variables } from "./shape.ts";

/** express-session, and the sessions of connect and Express 3. */
export function session(variables: Variables): readonly StackValue[] {
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

/** cookie-session takes its flags beside the keys. */
export function cookieSession(variables: Variables): readonly StackValue[] {
  const { secret, keys, ...rest } = plain(variables.get("opts") ?? variables.get("options"));
  return [
    object({
      ...described(rest),
      name: describe(variables.get("name")),
      keys: measure(variables.get("keys") ?? keys ?? secret),
    }),
  ];
}
