import { option, optionSite } from "../../kit/options.ts";
import { sizeOf } from "../../kit/sizes.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const MAX = 10 * 1024 * 1024;

export const rule: Rule = defineRule({
  id: "body/limit",
  title: "Bodies may be very large",
  severity: "medium",
  confidence: "high",
  cwe: [770],
  asvs: ["15.2.2"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "Each body is held in memory and parsed at once; a handful of large ones stop the process for everybody.",
  fix: "Keep the default of 100 kB, and raise it only on the routes that need more.",
  call: {
    names: ["json", "urlencoded", "raw", "text"].flatMap((name) => [
      `express.${name}`,
      `body-parser.${name}`,
    ]),
    run(call, context) {
      const size = sizeOf(option(call, "limit"));
      if (size !== undefined && size > MAX)
        context.report({
          at: optionSite(call, "limit"),
          message:
            size === Infinity
              ? "There is no limit."
              : `The limit is ${String(Math.round(size / 1024 / 1024))} MB.`,
        });
    },
  },
});
