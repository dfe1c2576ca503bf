import { property } from "../../../model/properties.ts";
import type { Obj } from "../../../model/values.ts";
import { optionsOf } from "../../kit/options.ts";
import { SESSION } from "../../kit/names.ts";
import { ALL_EXPRESS, defineRule, type Context, type PackageCall, type Rule } from "../../rule.ts";

const FLAGS: readonly string[] = [
  "secure",
  "httpOnly",
  "sameSite",
  "maxAge",
  "domain",
  "expires",
  "httponly",
  "samesite",
];

export const rule: Rule = defineRule({
  id: "session/option-wrong-level",
  title: "A cookie option stands where it has no effect",
  severity: "high",
  confidence: "high",
  cwe: [1188],
  asvs: ["3.3.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "The session middleware ignores cookie flags beside `cookie`, so the protection someone meant to set is not there.",
  fix: "Move it into `cookie: { ... }`.",
  call: {
    names: [...SESSION, "cookie-session"],
    run(call, context) {
      const options = optionsOf(call);
      if (options.k !== "obj") return;
      if (call.name === "cookie-session") {
        reportNested(call, options, context);
        return;
      }
      for (const flag of FLAGS) {
        if (!options.props.has(flag)) continue;
        context.report({
          at: options.sites.get(flag) ?? call.site,
          message: `\`${flag}\` stands beside \`cookie\` and is ignored.`,
        });
      }
    },
  },
});

/** cookie-session hands all it does not know itself to the cookie, and takes no group of flags. */
function reportNested(call: PackageCall, options: Obj, { report }: Context): void {
  const cookie = property(options, "cookie");
  if (cookie.k !== "obj") return;
  const flag = FLAGS.find((one) => cookie.props.has(one));
  if (flag === undefined || options.props.has(flag)) return;
  report({
    at: options.sites.get("cookie") ?? call.site,
    message: `cookie-session takes \`${flag}\` beside \`keys\`; below \`cookie\` it is ignored.`,
    fix: "Move the flags out of `cookie`.",
  });
}
