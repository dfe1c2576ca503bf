import { chainOf } from "../../../engine/protections.ts";
import type { Part } from "../../../model/parts.ts";
import { printPath } from "../../../model/path-patterns.ts";
import type { Program } from "../../../model/program.ts";
import { sourceText } from "../../kit/nodes.ts";
import { exactVersion, isBelow, newestAllowed } from "../../kit/semver.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const CLEARS = /delete\s+req\.session!?\.\w+|req\.session\.\w+\s*=\s*(?:null|undefined|false|"")/;
/** `(req.session as any).user = undefined`, `req.session.loggedIn = 0`. */
const CLEARS_TYPED =
  /req\.session(?: as \w{1,40}\))?[?!]?\.\w{1,60} ?= ?(?:null|undefined|false|0|""|''|\{\})/;
const SIGN_OUT = /log-?_?out|sign-?_?out|\/sessions?\/(?:end|destroy|delete|close)$/i;
const ENDS =
  /destroy|regenerate|req\.session\s?=\s?null|\.logou?t\s?\(|\.logOut\s?\(|session\.reset|invalidate|revoke/;

const CLEARS_COOKIE = /\.clearCookie\(\s?["'`]([\w.-]{1,60})["'`]/;

/** The session's own cookie may be what is cleared: the id stays good, and the browser forgets it. */
function isOnlyCookie({ facts }: Part, chain: readonly Part[]): boolean {
  const session = chain.find((part) => part.role === "session");
  const cleared = CLEARS_COOKIE.exec(facts?.source ?? "")?.[1] ?? "";
  const handsOn = /[(,]\s?req(?:uest)?\s?[,)]/.test((facts?.source ?? "").replace(/^[^{]*=>|^[^{]*\{/, ""));
  return session !== undefined && !handsOn && !/sid|sess/i.test(cleared);
}

const LOGS_OUT = /\breq\.log_?out\s?\(/i;
const ENDS_WITH_PASSPORT = /destroy|regenerate|session\s?=\s?null|session\.reset/;

export const rule: Rule = defineRule({
  id: "session/logout-not-destroyed",
  title: "Signing out only clears a field of the session",
  severity: "medium",
  confidence: "high",
  cwe: [613],
  asvs: ["7.4.1"],
  lenses: ["source", "live"],
  express: ALL_EXPRESS,
  why: "The session and its id stay good: whatever else is in it survives, and a copied cookie works again at the next sign-in.",
  fix: "Call `req.session.destroy()` and clear the cookie.",
  app({ view, program, report }) {
    for (const endpoint of view.endpoints) {
      const path = printPath(endpoint.paths);
      if (!SIGN_OUT.test(path) && !(endpoint.method === "delete" && /\/sessions?$/i.test(path))) continue;
      const last = endpoint.parts.findLast((part) => part.fn !== undefined && !part.wrapped);
      if (last?.fn === undefined) continue;
      const text = sourceText(last.fn.module, last.fn.node);
      const at = { module: last.fn.module, node: last.fn.node };
      if ((CLEARS.test(text) || CLEARS_TYPED.test(text)) && !ENDS.test(text))
        report({ at, message: "The handler clears fields but keeps the session." });
      else if (
        CLEARS_COOKIE.test(text) &&
        !/\bsession\b/.test(text) &&
        !ENDS.test(text) &&
        isOnlyCookie(last, chainOf(view, endpoint))
      )
        report({ at, message: "The handler clears another cookie and leaves the session as it is." });
      else if (
        LOGS_OUT.test(text) &&
        !ENDS_WITH_PASSPORT.test(text) &&
        isOldPassport(at.module.path, program)
      )
        report({
          at,
          message: "`req.logout()` of passport before 0.6 takes the user out of the session and keeps it.",
          fix: "Update passport to 0.6 or newer, or call `req.session.destroy()` after it.",
        });
    }
  },
  live({ facts, report }) {
    if (facts.login?.outlivesLogout === true)
      report({
        url: facts.login.logoutUrl ?? facts.login.url,
        message: "After signing out, the cookie from before still opens what needs a sign-in.",
      });
  },
});

/** The newest version that the manifest or the lock file allows is older. */
function isOldPassport(from: string, program: Program): boolean {
  const text = program.packages.versionOf("passport", from);
  const newest = text === undefined ? undefined : (exactVersion(text) ?? newestAllowed(text));
  return newest !== undefined && isBelow(newest, "0.6.0");
}
