import { judge, option, optionSite, optionsOf, setFlag } from "../../kit/options.ts";
import { ALL_SESSIONS, flagPath, isFlat, readable } from "../../kit/session-cookie.ts";
import { areSessionsUnused, YET } from "../../kit/unused-sessions.ts";
import { cookieAgainst } from "../../kit/against.ts";
import { isKnown, UNDEFINED, type Value } from "../../../model/values.ts";
import { ALL_EXPRESS, defineRule, type PackageCall, type Rule } from "../../rule.ts";
import { isSessionCookie } from "../../kit/live-cookies.ts";

/** client-sessions has a flag of its own for a process that another one does TLS for. */
function secureOf(call: PackageCall, path: string): Value {
  const value = option(call, path);
  const isOn = value.k === "prim" && value.v === true;
  const proxied = call.name === "client-sessions" ? option(call, flagPath(call, "secureProxy")) : UNDEFINED;
  return isOn || isKnown(proxied, undefined) || isKnown(proxied, false) ? value : proxied;
}

export const rule: Rule = defineRule({
  id: "session/cookie-secure",
  title: "The session cookie is sent over plain HTTP",
  severity: "high",
  confidence: "high",
  cwe: [614],
  asvs: ["3.3.1"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  against: cookieAgainst("secure"),
  why: "One request to http:// is enough: whoever sits on the network reads the session id and is logged in.",
  fix: "Set `cookie: { secure: true }`, and behind a TLS proxy set `trust proxy` to the number of proxies.",
  call: {
    names: ALL_SESSIONS,
    run(call, context) {
      if (!readable(call, context)) return;
      const path = flagPath(call, "secure");
      const value = secureOf(call, path);
      // cookie-session decides by itself when nothing is said.
      const isSafe = (v: unknown): boolean => v === true || v === "auto" || (isFlat(call) && v === undefined);
      const verdict = judge(value, isSafe);
      if (verdict === "unknown")
        context.unchecked("`secure` of the session cookie is only known at run time", optionSite(call, path));
      if (verdict !== "bad") return;
      const isUnused = areSessionsUnused(context.program);
      const missing = value.k === "prim" && value.v === undefined;
      context.report({
        at: optionSite(call, path),
        message: `${missing ? "The session cookie has no `secure` flag" : "`secure` of the session cookie is off"}${isUnused ? YET : ""}.`,
        ...(isUnused && { severity: "low" }),
        edits: setFlag(optionsOf(call), path, "true"),
      });
    },
  },
  live({ facts, report }) {
    if (!facts.isHttps) return;
    for (const answer of facts.answers) {
      const cookie = answer.cookies.find(
        (one) => isSessionCookie(one, facts.login) && !one.attributes.has("secure"),
      );
      if (cookie !== undefined) {
        report({ url: answer.url, message: `Set-Cookie for ${cookie.name} has no Secure.` });
        return;
      }
    }
  },
});
