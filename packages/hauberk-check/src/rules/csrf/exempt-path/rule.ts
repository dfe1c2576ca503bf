import { isCsrf, UNSAFE_METHODS } from "../../../engine/protections.ts";
import type { Part } from "../../../model/parts.ts";
import { printPath } from "../../../model/path-patterns.ts";
import { allParts, type AppView } from "../../../model/view.ts";
import { ancestors, isFunction, type t } from "../../../parse/ast.ts";
import { isTokenCsrf } from "../../kit/csrf.ts";
import { dotted } from "../../kit/nodes.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

/** Whether every route of these paths that changes something has the protection in its own chain, after its body parser. */
function areProtectedThemselves(paths: readonly string[], view: AppView): boolean {
  return (
    paths.length > 0 &&
    paths.every((path) => {
      const routes = view.endpoints.filter(
        (one) => UNSAFE_METHODS.has(one.method) && printPath(one.paths) === path,
      );
      return routes.length > 0 && routes.every((one) => one.parts.slice(0, -1).some(isCsrf));
    })
  );
}

/** `/a` and `/b` of `if (req.path === "/a" || req.path === "/b") next(); else protect(req, res, next)`. */
function exemptPaths({ site }: Part): readonly string[] {
  for (const up of ancestors(site.node)) {
    if (isFunction(up)) return [];
    if (up.type === "IfStatement") return contains(up.alternate, site.node) ? comparedPaths(up.test) : [];
  }
  return [];
}

const contains = (outer: t.Node | null | undefined, inner: t.Node): boolean =>
  outer !== null && outer !== undefined && (outer === inner || ancestors(inner).includes(outer));

function comparedPaths(test: t.Node): readonly string[] {
  if (test.type === "LogicalExpression" && test.operator === "||") {
    const [left, right] = [comparedPaths(test.left), comparedPaths(test.right)];
    return left.length > 0 && right.length > 0 ? [...left, ...right] : [];
  }
  return test.type === "BinaryExpression" &&
    /^={2,3}$/.test(test.operator) &&
    test.left.type !== "PrivateName" &&
    /^req(?:uest)?\.path$/.test(dotted(test.left) ?? "") &&
    test.right.type === "StringLiteral"
    ? [test.right.value]
    : [];
}

export const rule: Rule = defineRule({
  id: "csrf/exempt-path",
  title: "Some requests skip the CSRF protection",
  severity: "info",
  confidence: "high",
  cwe: [352],
  asvs: ["3.5.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Every exception is a route other sites may call; a prefix grows as routes are added under it.",
  fix: "Keep the list short, exact and with a reason, and mount the exempt routes before the protection instead where possible.",
  app({ view, report }) {
    const seen = new Set<unknown>();
    for (const { part } of allParts(view)) {
      if (!part.wrapped || !part.conditional || !isTokenCsrf(part) || seen.has(part.site.node)) continue;
      seen.add(part.site.node);
      if (areProtectedThemselves(exemptPaths(part), view)) continue;
      report({ at: part.site, message: "The protection is only called for some requests." });
    }
  },
});
