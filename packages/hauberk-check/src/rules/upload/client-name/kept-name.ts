import type { FunctionNode, t } from "../../../parse/ast.ts";
import { declaredIn } from "../../kit/declarations.ts";
import { calleeName, dotted, keyName } from "../../kit/nodes.ts";

/**
 * Whether a path or a name is made of the client's name for the file and of what is always the same: `folder + file.originalname`
 * is, `Date.now() + file.originalname` is not.
 *
 * @param kept Names as they are written, `file.originalname`, or their last part.
 */
export function isNameOfClient(node: t.Node, fn: FunctionNode, kept: readonly string[]): boolean {
  const parts = partsOf(node, fn, new Set());
  const isKept = (one: t.Node): boolean => {
    const name = dotted(one);
    return name !== undefined && kept.some((own) => name === own || name.endsWith(`.${own}`));
  };
  const last = parts.at(-1);
  return last !== undefined && isKept(last) && parts.every((one) => isKept(one) || isFixed(one, fn));
}

/** What a path is put together from; methods that only write a text otherwise are looked through, and each variable once. */
function partsOf(node: t.Node, fn: FunctionNode, through: Set<string>): readonly t.Node[] {
  const look = (one: t.Node): readonly t.Node[] => partsOf(one, fn, through);
  switch (node.type) {
    case "TemplateLiteral":
      // Behind the last expression an extension of the server's own may stand.
      return [
        ...node.expressions.flatMap(look),
        ...node.quasis.slice(-1).filter((one) => one.value.raw !== ""),
      ];
    case "BinaryExpression":
      return node.operator === "+" ? [node.left, node.right].flatMap(look) : [node];
    case "Identifier": {
      const made = declaredIn(fn).get(node.name);
      if (made === undefined || through.has(node.name)) return [node];
      through.add(node.name);
      return look(made);
    }
    case "CallExpression": {
      const name = calleeName(node) ?? "";
      if (/^(?:(?:path\.)?(?:join|resolve|normalize|basename)|String)$/.test(name))
        return node.arguments.flatMap(look);
      return node.callee.type === "MemberExpression" &&
        /^(?:toString|trim|toLowerCase|replace|replaceAll)$/.test(keyName(node.callee.property))
        ? look(node.callee.object)
        : [node];
    }
    default:
      return [node];
  }
}

/** The same for every upload: a text, a name of the module, a setting, the name of the form's field. */
function isFixed(node: t.Node, fn: FunctionNode): boolean {
  if (node.type === "StringLiteral") return true;
  const name = dotted(node);
  if (name === undefined) return calleeName(node) === "process.cwd";
  if (/^(?:__dirname|process\.env\.\w+|import\.meta\.dirname)$/.test(name) || name.endsWith(".fieldname"))
    return true;
  return (
    node.type === "Identifier" &&
    !declaredIn(fn).has(name) &&
    /^[A-Z][A-Z\d_]*$|(?:dir|folder|path|root)$/i.test(name)
  );
}
