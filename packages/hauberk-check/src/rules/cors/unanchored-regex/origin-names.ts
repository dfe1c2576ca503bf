import { walk, type FunctionNode, type t } from "../../../parse/ast.ts";
import { callArguments, dotted, headerAsked } from "../../kit/nodes.ts";

/** Which expressions of a function are the request's Origin, or the host in it. */
export interface OriginNames {
  /** What a variable was made as, where the function makes it; else the node. */
  readonly meaning: (node: t.Node) => t.Node;
  readonly isOrigin: (node: t.Node) => boolean;
  readonly isHost: (node: t.Node) => boolean;
}

const NAMED = /^(?:request_?|req_?)?origin(?:header)?$/i;

export function originNames(fn: FunctionNode, params: ReadonlySet<string> = new Set()): OriginNames {
  const made = madeIn(fn);
  const meaning = (node: t.Node): t.Node =>
    (node.type === "Identifier" ? made.get(node.name) : undefined) ?? node;

  const isOrigin = (node: t.Node, depth = 0): boolean => {
    if (depth > 4) return false;
    if (node.type === "Identifier") {
      const init = made.get(node.name);
      return init === undefined ? params.has(node.name) || NAMED.test(node.name) : isOrigin(init, depth + 1);
    }
    if (node.type === "LogicalExpression") return isOrigin(node.left, depth + 1);
    if (node.type === "TSAsExpression" || node.type === "TSNonNullExpression")
      return isOrigin(node.expression, depth + 1);
    const inner = loweredFrom(node);
    if (inner !== undefined) return isOrigin(inner, depth + 1);
    return /(?:^|\.)headers\.origin$/i.test(dotted(node) ?? "") || /^origin$/i.test(headerAsked(node) ?? "");
  };

  const isAddress = (node: t.Node): boolean => {
    const given = meaning(node);
    const [first] = callArguments(given);
    return (
      given.type === "NewExpression" &&
      dotted(given.callee) === "URL" &&
      first !== undefined &&
      isOrigin(first)
    );
  };

  const isHost = (node: t.Node): boolean => {
    const given = loweredFrom(meaning(node)) ?? meaning(node);
    return (
      (given.type === "MemberExpression" || given.type === "OptionalMemberExpression") &&
      given.property.type === "Identifier" &&
      /^host(?:name)?$/.test(given.property.name) &&
      isAddress(given.object)
    );
  };
  return { meaning, isOrigin, isHost };
}

/** `origin.toLowerCase()`, `String(origin)` */
function loweredFrom(node: t.Node): t.Node | undefined {
  if (node.type !== "CallExpression" && node.type !== "OptionalCallExpression") return undefined;
  const { callee } = node;
  if (callee.type === "Identifier" && callee.name === "String") return node.arguments[0];
  return (callee.type === "MemberExpression" || callee.type === "OptionalMemberExpression") &&
    callee.property.type === "Identifier" &&
    /^(?:toLowerCase|trim|toString)$/.test(callee.property.name)
    ? callee.object
    : undefined;
}

/** The variables of a function that get a value once, where they are declared. */
function madeIn(fn: FunctionNode): ReadonlyMap<string, t.Node> {
  const made = new Map<string, t.Node>();
  walk(fn.body, (node) => {
    if (node.type !== "VariableDeclarator" || !node.init) return;
    const { id, init } = node;
    if (id.type === "Identifier") made.set(id.name, init);
    if (id.type !== "ObjectPattern") return;
    for (const one of id.properties)
      if (one.type === "ObjectProperty" && one.key.type === "Identifier" && one.value.type === "Identifier")
        made.set(one.value.name, {
          type: "MemberExpression",
          object: init,
          property: one.key,
          computed: false,
        });
  });
  return made;
}
