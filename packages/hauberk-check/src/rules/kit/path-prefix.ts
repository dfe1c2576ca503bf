import { posix } from "node:path";
import { textInProduction } from "../../model/alternatives.ts";
import type { t } from "../../parse/ast.ts";
import type { NodeContext } from "../rule.ts";
import { callArguments, calleeName } from "./nodes.ts";

/** Where names are looked up, and how. */
type Reading = Pick<NodeContext, "module" | "value">;

interface Prefix {
  readonly text: string;
  /** Nothing unknown follows. */
  readonly isWhole: boolean;
}

const NOTHING: Prefix = { text: "", isWhole: false };
const MAX_DEPTH = 8;

/**
 * The folder a path certainly begins with, whatever is appended: of `__dirname + "/../public/up/" + user.id + name` it is
 * the absolute path of `public/up`. `undefined` when it begins with something unknown.
 */
export function folderOf(node: t.Node, context: Reading): string | undefined {
  const { text, isWhole } = prefixOf(node, context, 0);
  const folder = isWhole ? text : text.slice(0, text.lastIndexOf("/"));
  return folder === "" ? undefined : posix.normalize(folder);
}

function prefixOf(node: t.Node, context: Reading, depth: number): Prefix {
  if (depth > MAX_DEPTH) return NOTHING;
  const known = textInProduction(context.value(node));
  if (known !== undefined) return { text: known, isWhole: true };
  const inner = (one: t.Node): Prefix => prefixOf(one, context, depth + 1);
  switch (node.type) {
    case "Identifier": {
      const made = madeOf(node.name, context);
      return made === undefined ? NOTHING : inner(made);
    }
    case "BinaryExpression":
      return node.operator === "+" ? chain([node.left, node.right], "", inner) : NOTHING;
    case "TemplateLiteral":
      return ofTemplate(node, inner);
    case "CallExpression":
      return /^(?:path\.)?(?:posix\.)?(?:join|resolve)$/.test(calleeName(node) ?? "")
        ? chain(callArguments(node), "/", inner)
        : NOTHING;
    default:
      return NOTHING;
  }
}

function chain(nodes: readonly t.Node[], between: string, inner: (node: t.Node) => Prefix): Prefix {
  let text = "";
  for (const [i, node] of nodes.entries()) {
    const next = inner(node);
    text += (i === 0 ? "" : between) + next.text;
    if (!next.isWhole) return { text, isWhole: false };
  }
  return { text, isWhole: true };
}

function ofTemplate(node: t.TemplateLiteral, inner: (node: t.Node) => Prefix): Prefix {
  let text = "";
  for (const [i, quasi] of node.quasis.entries()) {
    text += quasi.value.cooked ?? quasi.value.raw;
    const value = node.expressions[i];
    if (value === undefined) continue;
    const next = inner(value);
    text += next.text;
    if (!next.isWhole) return { text, isWhole: false };
  }
  return { text, isWhole: true };
}

/** What the only declaration or assignment of this name in the module gives it. */
function madeOf(name: string, { module }: Reading): t.Node | undefined {
  const declared = (module.index.get("VariableDeclarator") ?? []).flatMap((node) =>
    node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.id.name === name && node.init
      ? [node.init]
      : [],
  );
  const assigned = (module.index.get("AssignmentExpression") ?? []).flatMap((node) =>
    node.type === "AssignmentExpression" && node.left.type === "Identifier" && node.left.name === name
      ? [node.right]
      : [],
  );
  const all = [...declared, ...assigned];
  return all.length === 1 ? all[0] : undefined;
}
