import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

/** A group that repeats and whose inside repeats too, such as (a+)+ or (\w*-?)*. */
const NESTED = /\([^()+*]*[+*][^()]*\)(?:[+*]|\{\d+,\})/;

export const rule: Rule = defineRule({
  id: "dos/route-redos",
  title: "A route pattern can take for ever",
  severity: "medium",
  confidence: "medium",
  cwe: [1333],
  asvs: ["1.3.12"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "One long path keeps the only thread busy for seconds or hours.",
  fix: "Write the pattern without a repetition inside a repetition, or match a parameter and check it in the handler.",
  app({ view, report }) {
    for (const layer of view.apps.flatMap((app) => app.layers)) {
      const path = layer.path;
      const source =
        path?.k === "regex" ? path.source : path?.k === "prim" && typeof path.v === "string" ? path.v : "";
      if (NESTED.test(source) && !/\([^()]*[^\w\s()[\]\\.+*?|^$-][+*][^()]*\)[+*]/.test(source))
        report({ at: layer.site, message: `\`${source}\` repeats inside a repetition.` });
    }
  },
});
