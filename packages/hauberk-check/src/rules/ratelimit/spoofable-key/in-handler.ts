import type { Fn } from "../../../model/values.ts";
import { walk, type t } from "../../../parse/ast.ts";
import { sourceText } from "../../kit/nodes.ts";

const KEEPS = /^(?:get|set|has|incr|consume|increment|hit)$/;

/** Whether what a name of the handler holds is what its own counter counts by: `tries[client]`, `seen.get(client)`. */
export function isCountedBy(name: string, { module, node: { body } }: Fn): boolean {
  const names = new Set([name]);
  let isKey = false;
  const isOne = (node: t.Node | undefined): boolean => node?.type === "Identifier" && names.has(node.name);
  walk(body, (node) => {
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.init) {
      const text = sourceText(module, node.init);
      if ([...text.matchAll(/[\w$]+/g)].some(([word]) => names.has(word)) && !/\b(?:await|res)\b/.test(text))
        names.add(node.id.name);
    }
    if (node.type === "MemberExpression" && node.computed) isKey ||= isOne(node.property);
    if (node.type === "CallExpression" && node.callee.type === "MemberExpression") {
      const { property } = node.callee;
      isKey ||= property.type === "Identifier" && KEEPS.test(property.name) && isOne(node.arguments[0]);
    }
  });
  return isKey;
}
