import { inProduction } from "../../../model/alternatives.ts";
import type { Part } from "../../../model/parts.ts";
import { headerSetters, type HeaderSetter } from "../../kit/headers.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

/** Headers of which a browser takes one value, and which one depends on the browser. */
const SINGLE: ReadonlySet<string> = new Set([
  "x-frame-options",
  "x-content-type-options",
  "strict-transport-security",
  "cross-origin-opener-policy",
  "cross-origin-resource-policy",
]);

export const rule: Rule = defineRule({
  id: "headers/conflict",
  title: "A security header is set twice, with different values",
  severity: "low",
  confidence: "high",
  cwe: [436],
  asvs: [],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  why: "The later one wins in Express, and two copies on the wire are read differently by different browsers; nobody can say which one holds.",
  fix: "Let one middleware own the header, and give it the value that is meant.",
  app({ view, program, report }) {
    const seen = new Map<string, { readonly part: Part; readonly text: string }>();
    for (const setter of headerSetters(view, program)) {
      for (const { name, text } of literalsOf(setter)) {
        const earlier = seen.get(name);
        if (earlier !== undefined && earlier.text.toLowerCase() !== text.toLowerCase())
          report({
            at: setter.part.site,
            message: `${name} is "${earlier.text}" earlier and "${text}" here.`,
            related: [{ at: earlier.part.site, message: "the earlier value" }],
          });
        seen.set(name, { part: setter.part, text });
      }
    }
  },
  live({ facts, report }) {
    const page = facts.classes.get("page");
    for (const [name, value] of page?.headers ?? []) {
      const values = new Set(
        value
          .toLowerCase()
          .split(",")
          .map((each) => each.trim()),
      );
      if (page !== undefined && SINGLE.has(name) && values.size > 1)
        report({ url: page.url, message: `${name} arrives twice: ${value}.` });
    }
  },
});

/** What a middleware sets on every answer, as far as it is a text. */
function literalsOf({ part, step, headers }: HeaderSetter): readonly { name: string; text: string }[] {
  if (part.conditional || step.conditional || !step.paths.some((path) => path.kind === "all")) return [];
  return [...headers].flatMap(([name, value]) => {
    const one = inProduction(value);
    if (part.facts?.sometimes.has(name) === true) return [];
    return SINGLE.has(name) && one.k === "prim" && typeof one.v === "string" ? [{ name, text: one.v }] : [];
  });
}
