import type { Node, t } from "../../../parse/ast.ts";
import { containsRequestData, piecesOf } from "../../kit/built-values.ts";
import { dataAround } from "../../kit/handed-over.ts";
import { mentions } from "../../kit/mentions.ts";
import { calleeName, keyName, plainText, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import type { NodeContext } from "../../rule.ts";

const JOINS = /^(?:path\.)?(?:join|resolve|normalize)$/;
/** Few of those who ask how a text begins put paths together. */
const JOINED = /\b(?:join|resolve|normalize)\(/;

/** `join(folder, name).startsWith(folder)`: `../folder-of-another/file` begins with the same text. */
export function checkPrefix(node: Node, context: NodeContext): void {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return;
  const { object, property } = node.callee;
  const [folder] = node.arguments;
  if (keyName(property) !== "startsWith" || folder === undefined) return;
  if (!mentions(context.module, JOINED)) return;
  const handler = dataAround(node, context);
  if (handler === undefined || !endsWithoutSeparator(folder, handler)) return;
  const path = joinedAs(object, handler);
  if (path === undefined || path === folder || containsRequestData(path, handler) === undefined) return;
  // `path === folder || path.startsWith(folder + sep)`, or a separator that is asked for apart.
  if (/\bsep\b|relative\(|basename/.test(sourceText(context.module, handler.fn))) return;
  context.report({
    at: { module: context.module, node },
    message: "A folder beside it whose name begins with the same letters passes this test.",
    fix: "Compare with the folder and a separator: `path.startsWith(folder + sep)`.",
    severity: "low",
  });
}

/** The call that puts the path together, of the handler or given in place. */
function joinedAs(node: t.Node, handler: HandlerNames): t.CallExpression | undefined {
  if (node.type === "CallExpression") return JOINS.test(calleeName(node) ?? "") ? node : undefined;
  const [made, ...more] = node.type === "Identifier" ? piecesOf(node.name, handler) : [];
  return made?.type === "CallExpression" && more.length === 0 && JOINS.test(calleeName(made) ?? "")
    ? made
    : undefined;
}

/** `join(__dirname, "uploads")`, also of a variable: such paths end in a name. */
function endsWithoutSeparator(node: t.Node, handler: HandlerNames): boolean {
  const last = joinedAs(node, handler)?.arguments.at(-1);
  const text = last === undefined ? undefined : plainText(last);
  return text !== undefined && /[^/\\]$/.test(text);
}
