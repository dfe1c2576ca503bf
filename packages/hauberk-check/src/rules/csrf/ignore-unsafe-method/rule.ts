import { literals, option, optionSite } from "../../kit/options.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "csrf/ignore-unsafe-method",
  title: "The CSRF protection skips methods that change state",
  severity: "high",
  confidence: "high",
  cwe: [352],
  asvs: ["3.5.1"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "Requests with that method are not checked at all.",
  fix: 'Ignore only "GET", "HEAD" and "OPTIONS", which is the default.',
  call: {
    names: ["csurf", "csrf-csrf.doubleCsrf", "csrf-sync.csrfSync", "express.csrf", "lusca.csrf"],
    run(call, context) {
      for (const name of ["ignoreMethods", "ignoredMethods"]) {
        const unsafe = literals(option(call, name)).find((one) =>
          /^(?:POST|PUT|PATCH|DELETE)$/i.test(one.text),
        );
        if (unsafe !== undefined)
          context.report({ at: optionSite(call, name), message: `${unsafe.text} is ignored.` });
      }
    },
  },
});
