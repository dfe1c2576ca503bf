import { sourceText } from "../../../model/module.ts";
import { ancestors, isFunction, walk, type Node } from "../../../parse/ast.ts";
import { dotted } from "../../kit/nodes.ts";
import type { NodeContext } from "../../rule.ts";

/** The text of the function that calls `req.files.photo.mv(path)` of express-fileupload. */
export function movedFile(node: Node, { module, program }: NodeContext): string | undefined {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return undefined;
  const { object, property } = node.callee;
  const file = dotted(object);
  if (property.type !== "Identifier" || property.name !== "mv" || file === undefined) return undefined;
  const fn = ancestors(node).findLast(isFunction);
  if (fn === undefined || program.mention(EXPRESS_FILEUPLOAD) === undefined) return undefined;
  const around = sourceText(module, fn);
  return /\bfiles\b/.test(around) && !isHandedOn(file, fn) ? around : undefined;
}

const EXPRESS_FILEUPLOAD = /["']express-fileupload["']/;

/** `isAllowed(file)`, `typeOf(file.data)`: a function that may well look at it. */
function isHandedOn(file: string, fn: Node): boolean {
  let isFound = false;
  walk(fn, (one) => {
    if (one.type !== "CallExpression" || /^(?:path|console)\./.test(dotted(one.callee) ?? "")) return;
    if (
      one.arguments.some((given) => dotted(given) === file || dotted(given)?.startsWith(`${file}.`) === true)
    )
      isFound = true;
  });
  return isFound;
}
