import { inProduction } from "../../../model/alternatives.ts";
import { property } from "../../../model/properties.ts";
import { UNDEFINED } from "../../../model/values.ts";
import { firstPart } from "../../kit/csrf.ts";
import { sizeOf } from "../../kit/sizes.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const LARGE = 1024 * 1024;

export const rule: Rule = defineRule({
  id: "body/parse-before-gate",
  title: "Large bodies are parsed before the rate limit",
  severity: "low",
  confidence: "high",
  cwe: [770],
  asvs: ["15.2.2"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "A refused request has then already cost the memory and time the limit should save.",
  fix: "Mount the rate limit before the parser, or the large parser only on the routes that need it.",
  app({ view, report }) {
    const gate = view.steps.find(
      (step) =>
        step.paths.some((path) => path.kind === "all") &&
        step.parts.some((part) => part.role === "rate-limit"),
    );
    const parser = firstPart(
      view,
      (part) =>
        part.role.startsWith("body-") &&
        (sizeOf(property(inProduction(part.options ?? UNDEFINED), "limit")) ?? 0) > LARGE,
    );
    if (gate !== undefined && parser !== undefined && parser.at < gate.at && !parser.part.conditional) {
      report({
        at: parser.part.site,
        message: "This parser runs before the rate limit.",
        related: [{ at: gate.layer.site, message: "the rate limit" }],
      });
    }
  },
});
