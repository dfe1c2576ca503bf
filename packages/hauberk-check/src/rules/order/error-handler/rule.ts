import type { Part } from "../../../model/parts.ts";
import { covers, printPath } from "../../../model/path-patterns.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "order/error-handler",
  title: "The error handler stands before routes",
  severity: "medium",
  confidence: "high",
  cwe: [755],
  asvs: ["16.5.4"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "Express passes an error only to handlers mounted later: errors of these routes get the default answer, with the stack outside production.",
  fix: "Mount the error handler last, after all routes.",
  app({ view, report }) {
    const handlers = view.steps.filter((step) =>
      step.parts.some(
        (part) => part.role === "debug-errors" || (part.role === "error-handler" && !passesOn(part)),
      ),
    );
    const last = handlers.at(-1);
    if (last === undefined || last.conditional) return;
    const missed = view.endpoints.find(
      (endpoint) =>
        endpoint.at > last.at && covers(last.paths, endpoint.paths) === true && endpoint.method !== "all",
    );
    if (missed !== undefined)
      report({
        at: last.layer.site,
        message: `${missed.method.toUpperCase()} ${printPath(missed.paths)} is registered after it.`,
        related: [{ at: missed.layer.site, message: "the route it misses" }],
      });
  },
});

/** One that handles errors of a kind and passes the rest on may stand anywhere. */
function passesOn(part: Part): boolean {
  const next = part.fn?.node.params[3];
  return (
    next?.type === "Identifier" &&
    new RegExp(String.raw`\b${next.name}\s*\(\s*\w`).test(part.facts?.source ?? "")
  );
}
