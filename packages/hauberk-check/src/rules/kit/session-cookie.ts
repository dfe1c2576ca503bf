import { property } from "../../model/properties.ts";
import { isKnown, nameOf, type Value } from "../../model/values.ts";
import type { Context, PackageCall } from "../rule.ts";
import { COOKIE_SESSION, SESSION } from "./names.ts";
import { optionsOf } from "./options.ts";

export const ALL_SESSIONS: readonly string[] = [...SESSION, ...COOKIE_SESSION];

/** cookie-session takes its cookie flags at the top, express-session and client-sessions under `cookie`. */
export function flagPath(call: PackageCall, flag: string): string {
  return isFlat(call) ? flag : `cookie.${flag}`;
}

export const isFlat = (call: PackageCall): boolean => call.name === "cookie-session";

/** A session that sends no cookie is not what these rules are about; options that cannot be read are undecided. */
export function readable(call: PackageCall, context: Context): boolean {
  const options = optionsOf(call);
  if (options.k === "obj" || isKnown(options, undefined)) return true;
  context.unchecked("the options of the session are not known", call.site);
  return false;
}

export const secretOf = (call: PackageCall): Value => {
  const options = optionsOf(call);
  const secret = property(options, "secret");
  return isKnown(secret, undefined) ? property(options, "keys") : secret;
};

/** Whether the project keeps sessions on the server, with an id in the cookie. */
export function usesServerSessions(context: Context): boolean {
  return context.program.machine.calls.some(({ call }) => {
    const callee = call.callee;
    return callee.k === "pkg" && SESSION.includes(nameOf(callee));
  });
}

export function usesCookieSessions(context: Context): boolean {
  return context.program.machine.calls.some(
    ({ call }) => call.callee.k === "pkg" && COOKIE_SESSION.includes(nameOf(call.callee)),
  );
}
