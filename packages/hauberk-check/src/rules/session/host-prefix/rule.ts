import { judge, literals, option, optionSite } from "../../kit/options.ts";
import { sessionCookies } from "../../kit/live-cookies.ts";
import { SESSION } from "../../kit/names.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "session/host-prefix",
  title: "The session cookie is not tied to its host by name",
  severity: "low",
  confidence: "high",
  cwe: [565],
  asvs: ["3.3.3"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  why: "Without the __Host- prefix a sibling subdomain, or anyone on plain HTTP, can plant a session cookie; with the prefix and the wrong options browsers drop the cookie.",
  fix: 'Name it "__Host-sid" with `secure: true`, `path: "/"` and no `domain`.',
  call: {
    names: SESSION,
    run(call, context) {
      const [name] = literals(option(call, "name"));
      if (name === undefined || !/^__(?:Host|Secure)-/.test(name.text)) return;
      const isHost = name.text.startsWith("__Host-");
      const clash =
        judge(option(call, "cookie.secure"), (v) => v === true || v === "auto") === "bad"
          ? "`secure` is not on"
          : isHost
            ? hostClash(call)
            : undefined;
      if (clash !== undefined)
        context.report({
          at: optionSite(call, "name"),
          message: `Browsers refuse the cookie ${name.text}: ${clash}.`,
        });
    },
  },
  live({ facts, report }) {
    const seen = sessionCookies(facts);
    const bare = seen.find(({ cookie }) => !cookie.name.startsWith("__Host-"));
    if (facts.isHttps && bare !== undefined)
      report({ url: bare.answer.url, message: `The cookie ${bare.cookie.name} has no __Host- prefix.` });
  },
});

function hostClash(call: Parameters<NonNullable<Rule["call"]>["run"]>[0]): string | undefined {
  if (judge(option(call, "cookie.domain"), (v) => v === undefined || v === null) === "bad")
    return "`domain` is set";
  return judge(option(call, "cookie.path"), (v) => v === undefined || v === "/") === "bad"
    ? '`path` is not "/"'
    : undefined;
}
