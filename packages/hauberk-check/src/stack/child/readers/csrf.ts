import type { StackValue } from "../../facts.ts";
import { describe, measure } from "../measure.ts";
import { described, first, object, plain, type Variables } from "./shape.ts";

/** csurf, and `express.csrf()` of Express 3, which is csurf. */
export function csurf(variables: Variables): readonly StackValue[] {
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

/** csrf-csrf: a token in a cookie, signed for the session. */
export function csrfCsrf(variables: Variables): readonly StackValue[] {
  return [
    object({
      ignoredMethods: namesIn(variables.get("ignoredMethodsSet")),
      cookieName: describe(variables.get("cookieName")),
      cookieOptions: object(described(plain(variables.get("defaultCookieOptions")))),
      size: describe(variables.get("size")),
      getSecret: secretFrom(variables.get("getSecret")),
    }),
  ];
}

/** csrf-sync: a token in the session. */
export function csrfSync(variables: Variables): readonly StackValue[] {
  return [
    object({
      ignoredMethods: namesIn(variables.get("ignoredMethodsSet")),
      size: describe(variables.get("size")),
    }),
  ];
}

function namesIn(methods: unknown): StackValue {
  return methods instanceof Set ? [...methods].map((one) => describe(one)) : { $undefined: true };
}

/** A function without parameters only fetches the secret; one that wants the request is left alone. */
function secretFrom(getSecret: unknown): StackValue {
  if (typeof getSecret !== "function" || getSecret.length > 0)
    return { $unknown: "a secret that depends on the request" };
  try {
    return measure((getSecret as () => unknown)());
  } catch {
    return { $unknown: "a secret that could not be fetched" };
  }
}
