import { allParts } from "../../../model/view.ts";
import type { FunctionNode } from "../../../parse/ast.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "error/handler-arity",
  title: "An error handler has three parameters",
  severity: "medium",
  confidence: "high",
  cwe: [755],
  asvs: ["16.5.4"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Express knows error handlers by their four parameters. This function never gets an error, so errors get the default answer, with the stack outside production; and it is called for requests, with the request in the place of the error.",
  fix: "Give it all four, used or not: `(err, req, res, next) => ...`.",
  app({ view, report }) {
    const seen = new Set<FunctionNode>();
    for (const { part } of allParts(view)) {
      const node = part.fn?.node;
      if (node === undefined || part.wrapped || seen.has(node) || !looksLikeOne(node)) continue;
      seen.add(node);
      report({ at: part.site, message: "It is written for an error, the request and the response." });
    }
  },
});

const NAMES: readonly RegExp[] = [
  /^_?(?:err|error|ex|exception)$/i,
  /^_?req(?:uest)?$/i,
  /^_?res(?:ponse)?$/i,
];

function looksLikeOne({ params }: FunctionNode): boolean {
  return (
    params.length === NAMES.length &&
    params.every((param, i) => param.type === "Identifier" && NAMES[i]?.test(param.name) === true)
  );
}
