import { headerSetters } from "../../kit/headers.ts";
import { printPath } from "../../../model/path-patterns.ts";
import { ALL_EXPRESS, defineRule, type AppContext, type Rule } from "../../rule.ts";
import { onlyPassesOn, settersToJudge } from "../../kit/missing-header.ts";

const SECURITY =
  /^(?:content-security-policy|x-frame-options|x-content-type-options|strict-transport-security)$/;

/** `app.use("/members", helmet(), members)`, and other paths have no headers at all. */
function reportLimited({ view, program, report }: AppContext): void {
  const limited = headerSetters(view, program).filter(
    (one) =>
      one.part.fn === undefined &&
      one.step.layer.kind === "use" &&
      [...one.headers.keys()].some((name) => SECURITY.test(name)),
  );
  const [first] = limited;
  const texts = limited.flatMap((one) => one.step.paths);
  if (first === undefined || !texts.every((path) => path.kind === "text")) return;
  const outside = view.endpoints.find(
    (one) =>
      one.method !== "options" &&
      one.parts.every((part) => part.fn === undefined || part.facts?.headers.size === 0) &&
      one.paths.every(
        (path) => path.kind === "text" && !texts.some((above) => isBelow(path.text, above.text)),
      ),
  );
  if (outside !== undefined)
    report({
      at: first.part.site,
      message: `This sets the headers below ${texts.map(({ text }) => text).join(", ")}, and ${outside.method.toUpperCase()} ${printPath(outside.paths)} has none.`,
      related: [{ at: outside.layer.site, message: "the route without" }],
    });
}

const isBelow = (path: string, above: string): boolean =>
  `${path.toLowerCase()}/`.startsWith(`${above.toLowerCase().replace(/\/$/, "")}/`);

export const rule: Rule = defineRule({
  id: "headers/partial-coverage",
  title: "Some answers are sent before the security headers are set",
  severity: "medium",
  confidence: "high",
  cwe: [693],
  asvs: ["3.4.3", "3.4.4", "3.4.6"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  wholeApp: true,
  why: "What is mounted earlier answers without them, and an attacker picks the page that lacks the header.",
  fix: "Mount the header middleware first, before static files, sessions and routes.",
  app(context) {
    const { view, program, report } = context;
    if (settersToJudge(context) === undefined) return;
    const general = headerSetters(view, program).filter(
      (one) =>
        [...one.headers.keys()].some((name) => SECURITY.test(name)) &&
        one.step.paths.some((path) => path.kind === "all"),
    );
    const [first] = general;
    if (first === undefined) {
      reportLimited(context);
      return;
    }
    const route = view.endpoints.find(
      (one) => one.at < first.step.at && one.method !== "options" && !onlyPassesOn(one),
    );
    const files = view.steps.find(
      (step) =>
        step.at < first.step.at && step.parts.some((part) => part.role === "static" && !part.conditional),
    );
    if (route !== undefined) {
      report({
        at: first.part.site,
        message: `${route.method.toUpperCase()} ${printPath(route.paths)} answers before this sets the headers.`,
        related: [{ at: route.layer.site, message: "the earlier route" }],
      });
    } else if (files !== undefined) {
      report({
        at: first.part.site,
        message: "Static files are served before this sets the headers.",
        related: [{ at: files.layer.site, message: "the static files" }],
        severity: "low",
      });
    }
  },
  live({ facts, report }) {
    const page = facts.classes.get("page");
    if (page === undefined) return;
    const expected = [...page.headers.keys()].filter((name) =>
      /^(?:x-content-type-options|content-security-policy)$/.test(name),
    );
    for (const [kind, answer] of facts.classes) {
      const missing = expected.filter((name) => !answer.headers.has(name));
      if (missing.length > 0 && answer.status !== 304)
        report({
          url: answer.url,
          message: `The ${kind} answer (${String(answer.status)}) lacks ${missing.join(", ")}, which the page has.`,
        });
    }
  },
});
