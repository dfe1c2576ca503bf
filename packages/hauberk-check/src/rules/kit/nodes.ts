import { ancestors, isFunction, walk, type FunctionNode, type t } from "../../parse/ast.ts";
import type { Module } from "../../model/module.ts";

/** The callee as written, when it is a plain chain of names: `process.setuid`, `res.redirect`. */
export function calleeName(node: t.Node): string | undefined {
  return node.type === "CallExpression" ||
    node.type === "OptionalCallExpression" ||
    node.type === "NewExpression"
    ? dotted(node.callee)
    : undefined;
}

export function dotted(node: t.Node): string | undefined {
  if (node.type === "Identifier") return node.name;
  if (node.type === "ThisExpression") return "this";
  if (node.type === "TSNonNullExpression" || node.type === "TSAsExpression") return dotted(node.expression);
  if (node.type !== "MemberExpression" && node.type !== "OptionalMemberExpression") return undefined;
  const holder = dotted(node.object);
  if (holder === undefined) return undefined;
  if (!node.computed && node.property.type === "Identifier") return `${holder}.${node.property.name}`;
  return node.computed && node.property.type === "StringLiteral"
    ? `${holder}.${node.property.value}`
    : undefined;
}

export function callArguments(node: t.Node): readonly t.Node[] {
  return node.type === "CallExpression" ||
    node.type === "OptionalCallExpression" ||
    node.type === "NewExpression"
    ? node.arguments
    : [];
}

export function sourceText(module: Module, node: t.Node): string {
  return module.text.slice(node.start ?? 0, node.end ?? 0);
}

export interface HandlerNames {
  readonly fn: FunctionNode;
  readonly req: string;
  readonly res: string;
}

const REQ = /^_?(?:req|request)$/;
const RES = /^_?(?:res|response|resp|reply)$/;

/** The request handler a node stands in, by the names Express code gives its parameters. */
export function handlerAround(node: t.Node): HandlerNames | undefined {
  for (const up of ancestors(node)) {
    if (!isFunction(up)) continue;
    const names = up.params.map((param) => (param.type === "Identifier" ? param.name : ""));
    const req = names.find((name) => REQ.test(name));
    const res = names.find((name) => RES.test(name));
    if (req !== undefined && (res !== undefined || !isOutgoing(up, req)))
      return { fn: up, req, res: res ?? "" };
  }
  return undefined;
}

/** `request` without a response beside it is as often a request this code makes, or a message of another protocol. */
function isOutgoing(fn: FunctionNode, req: string): boolean {
  if (!req.endsWith("request")) return false;
  const param = fn.params.find((one) => one.type === "Identifier" && one.name === req);
  return param?.type !== "Identifier" || param.typeAnnotation === null || param.typeAnnotation === undefined;
}

const REQUEST_PARTS = ["query", "body", "params", "headers", "cookies", "url", "originalUrl"] as const;

/** `req.query.x`, `req.body`, `req.params[...]`, `req.headers.host`, `req.get("...")` and the like. */
export function requestSource(
  node: t.Node,
  req: string,
): "query" | "body" | "params" | "headers" | "cookies" | "url" | "originalUrl" | undefined {
  if (node.type === "CallExpression") {
    const name = calleeName(node);
    if (name === `${req}.get` || name === `${req}.header`) return "headers";
    return name === `${req}.param` ? "params" : undefined;
  }
  if (node.type === "AwaitExpression") return requestSource(node.argument, req);
  if (node.type === "TSAsExpression" || node.type === "TSNonNullExpression")
    return requestSource(node.expression, req);
  if (node.type === "LogicalExpression")
    return requestSource(node.left, req) ?? requestSource(node.right, req);
  if (node.type !== "MemberExpression" && node.type !== "OptionalMemberExpression") return undefined;
  if (node.object.type === "Identifier" && node.object.name === req && node.property.type === "Identifier") {
    const { name } = node.property;
    return REQUEST_PARTS.find((part) => part === name);
  }
  return requestSource(node.object, req);
}

/** Request data as it is used: directly, or through one variable of the same function that only ever holds it. */
export function requestData(node: t.Node, handler: HandlerNames): ReturnType<typeof requestSource> {
  const direct = requestSource(node, handler.req);
  if (direct !== undefined) return direct;
  if (node.type === "TSAsExpression" || node.type === "TSNonNullExpression")
    return requestData(node.expression, handler);
  if (node.type !== "Identifier") return undefined;
  return declaredFrom(node.name, handler);
}

const DECLARED = new WeakMap<FunctionNode, Map<string, ReturnType<typeof requestSource>>>();

function declaredFrom(name: string, handler: HandlerNames): ReturnType<typeof requestSource> {
  let table = DECLARED.get(handler.fn);
  if (table === undefined) {
    table = declarations(handler);
    DECLARED.set(handler.fn, table);
  }
  return table.get(name);
}

function declarations(handler: HandlerNames): Map<string, ReturnType<typeof requestSource>> {
  const table = new Map<string, ReturnType<typeof requestSource>>();
  const assigned = new Set<string>();
  walk(handler.fn.body, (node) => {
    if (node.type === "AssignmentExpression" && node.left.type === "Identifier") assigned.add(node.left.name);
    if (node.type !== "VariableDeclarator" || !node.init) return;
    const source = requestSource(node.init, handler.req);
    if (source === undefined) return;
    for (const name of boundNames(node.id)) table.set(name, source);
  });
  for (const name of assigned) table.delete(name);
  return table;
}

/** The text or path that a variable of the function is made to hold once, and never again: `const q = "..." + name`. */
export function builtAs(name: string, handler: HandlerNames): t.Node | undefined {
  const made: t.Node[] = [];
  walk(handler.fn.body, (node) => {
    if (node.type === "AssignmentExpression" && node.left.type === "Identifier" && node.left.name === name)
      made.push(node, node);
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.id.name === name)
      made.push(node.init ?? node);
  });
  const [only] = made;
  return made.length === 1 && only !== undefined && BUILDERS.has(only.type) ? only : undefined;
}

const BUILDERS: ReadonlySet<string> = new Set(["TemplateLiteral", "BinaryExpression", "CallExpression"]);

function boundNames(pattern: t.Node): readonly string[] {
  if (pattern.type === "Identifier") return [pattern.name];
  if (pattern.type === "AssignmentPattern") return boundNames(pattern.left);
  if (pattern.type === "ObjectPattern")
    return pattern.properties.flatMap((one) =>
      boundNames(one.type === "RestElement" ? one.argument : one.value),
    );
  return [];
}

/** Whether an expression contains request data in a place that reaches the result unchanged. */
export function containsRequestData(node: t.Node, handler: HandlerNames): ReturnType<typeof requestSource> {
  const own = requestData(node, handler);
  if (own !== undefined) return own;
  switch (node.type) {
    case "TemplateLiteral":
      return first(node.expressions, handler);
    case "BinaryExpression":
      return node.operator === "+" ? first([node.left, node.right], handler) : undefined;
    case "LogicalExpression":
      return first([node.left, node.right], handler);
    case "ConditionalExpression":
      return first([node.consequent, node.alternate], handler);
    case "CallExpression":
      if (node.callee.type === "Identifier")
        return /^(?:join|resolve)$/.test(node.callee.name) ? first(node.arguments, handler) : undefined;
      return node.callee.type === "MemberExpression" &&
        node.callee.property.type === "Identifier" &&
        /^(?:concat|trim|toString|join|resolve)$/.test(node.callee.property.name)
        ? first([node.callee.object, ...node.arguments], handler)
        : undefined;
    default:
      return undefined;
  }
}

function first(nodes: readonly t.Node[], handler: HandlerNames): ReturnType<typeof requestSource> {
  for (const one of nodes) {
    const found = containsRequestData(one, handler);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether some condition above the node, or a test before it in the same function, mentions the text of the value. */
export function isTestedBefore(module: Module, node: t.Node, text: string): boolean {
  const handler = handlerAround(node);
  if (handler === undefined) return false;
  const start = handler.fn.body.start ?? 0;
  const before = module.text.slice(start, node.start ?? start);
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(
    String.raw`(?:if|switch|while)\s*\([^{;]*${escaped}|\w+\s*\(\s*${escaped}\s*[,)]|\b(?:includes|has|test|startsWith|indexOf|match|some|find)\s*\([^)]*${escaped}|${escaped}\s*(?:\.(?:startsWith|match|indexOf|includes)|[!=]==?)`,
  ).test(before);
}
