import { walk } from "../../../parse/ast.ts";
import type { Fn } from "../../../model/values.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "dos/unhandled-async",
  title: "A rejected handler is not caught",
  severity: "medium",
  confidence: "high",
  cwe: [248],
  asvs: ["16.5.4"],
  lenses: ["source"],
  express: [3, 4],
  why: "Express 3 and 4 do not look at the promise a handler returns: the request hangs, and since Node 15 the process ends.",
  fix: "Wrap async handlers so that errors reach next(), or move to Express 5, which does it.",
  app({ view, program, report }) {
    if (
      view.lens !== "source" ||
      program.mention(/express-async-errors|express-promise-router|unhandledRejection/) !== undefined
    )
      return;
    const open = view.endpoints.flatMap((endpoint) => {
      const part = endpoint.parts.find((one) => one.fn !== undefined && !one.wrapped && isOpen(one.fn));
      return part === undefined ? [] : [{ endpoint, part }];
    });
    const [first] = open;
    if (first === undefined) return;
    const more = open.length === 1 ? "" : `, and ${String(open.length - 1)} more like it`;
    report({ at: first.endpoint.layer.site, message: `This handler awaits without catching${more}.` });
  },
});

function isOpen(fn: Fn): boolean {
  if (!("async" in fn.node) || !fn.node.async) return false;
  let awaits = false;
  let catches = false;
  walk(fn.node.body, (node) => {
    if (node.type === "AwaitExpression") awaits = true;
    if (
      node.type === "TryStatement" ||
      (node.type === "MemberExpression" &&
        node.property.type === "Identifier" &&
        node.property.name === "catch")
    )
      catches = true;
  });
  return awaits && !catches;
}
