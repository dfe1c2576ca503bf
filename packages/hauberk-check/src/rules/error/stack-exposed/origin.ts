import {
  ancestors,
  isFunction,
  parentOf,
  walk,
  type FunctionNode,
  type Node,
  type t,
} from "../../../parse/ast.ts";

/** Where a name for an error gets it from. */
export type Origin =
  | { readonly kind: "caught"; readonly block: t.BlockStatement; readonly within: t.CatchClause }
  /** `at` counts the parameters of the function that the call is given. */
  | {
      readonly kind: "callback";
      readonly call: t.CallExpression;
      readonly within: FunctionNode;
      readonly at: number;
    };

/** `catch (name)` around what is tried, `.catch((name) => ...)`, or a callback `(name, rows) => ...`. */
export function originOf(node: t.Node, name: string): Origin | undefined {
  for (const up of ancestors(node)) {
    if (up.type === "CatchClause" && up.param?.type === "Identifier" && up.param.name === name) {
      const around = parentOf(up);
      return around?.type === "TryStatement"
        ? { kind: "caught", block: around.block, within: up }
        : undefined;
    }
    if (!isFunction(up)) continue;
    const at = up.params.findIndex((param) => param.type === "Identifier" && param.name === name);
    if (at === -1) continue;
    const call = parentOf(up);
    return call?.type === "CallExpression" && call.callee !== up
      ? { kind: "callback", call, within: up, at }
      : undefined;
  }
  return undefined;
}

/** Calls `visit` for what may fail so that the `catch` of the block sees it: not for what a `try` inside keeps to itself. */
export function walkTried(block: t.Node, visit: (node: Node) => unknown): void {
  walk(block, (node) => (node !== block && isKeptInside(node) ? false : visit(node)));
}

/** `try { await access(file); } catch { return res.status(404).end(); }`, and `access(file).catch(() => ...)`. */
function isKeptInside(node: Node): boolean {
  const up = parentOf(node);
  if (up?.type === "TryStatement")
    return up.block === node && up.handler !== null && up.handler !== undefined && !throwsOn(up.handler.body);
  return (
    node.type === "CallExpression" &&
    up?.type === "MemberExpression" &&
    up.object === node &&
    up.property.type === "Identifier" &&
    up.property.name === "catch"
  );
}

function throwsOn(body: t.BlockStatement): boolean {
  let found = false;
  walk(body, (node) => {
    found ||= node.type === "ThrowStatement";
    return !isFunction(node);
  });
  return found;
}
