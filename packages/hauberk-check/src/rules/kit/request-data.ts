import { ancestors, boundNames, isFunction, walk, type FunctionNode, type t } from "../../parse/ast.ts";
import { calleeName, dotted, keyName, type HandlerNames } from "./nodes.ts";
import { fieldValue } from "./objects.ts";
import { copiedInto, listGivenTo, loopOver } from "./list-items.ts";
import { parsedAddress, partOfParsed, type Parsed } from "./parsed-address.ts";

const REQUEST_PARTS = ["query", "body", "params", "headers", "cookies", "url", "originalUrl"] as const;

/** `args` are those of a GraphQL query, a `message` is one of a socket. */
export type RequestPart = (typeof REQUEST_PARTS)[number] | "args" | "message";

/** How a finding names it. */
export const named = (part: RequestPart): string =>
  part === "args" ? "GraphQL data" : part === "message" ? "WebSocket data" : `req.${part}`;

/** What a name or expression holds of the request; `raw` is what came, of any type; else it is a text made of it. */
export interface Held {
  readonly part: RequestPart;
  readonly raw: boolean;
  /** All of `req.body`, or all of another part. */
  readonly whole: boolean;
  /** The parts of an address, of which `query` is one. */
  readonly parsed?: Parsed;
  /** Fields that hold numbers, as the schema says. */
  readonly except?: ReadonlySet<string>;
}

/** Request data as it is used: directly, or through variables of the same function that only ever hold it. */
export function requestData(node: t.Node, handler: HandlerNames): RequestPart | undefined {
  return heldBy(node, handler)?.part;
}

/** The same, and of whatever type the client sent: no text was made of it. */
export function rawRequestData(node: t.Node, handler: HandlerNames): RequestPart | undefined {
  const found = heldBy(node, handler);
  return found?.raw === true ? found.part : undefined;
}

/** `req.body` itself, directly or under another name. */
export function wholePart(node: t.Node, handler: HandlerNames): RequestPart | undefined {
  const found = heldBy(node, handler);
  return found?.whole === true ? found.part : undefined;
}

function written(node: t.Node, req: string): Held | undefined {
  if (node.type === "CallExpression") {
    const name = calleeName(node);
    if (name === `${req}.get` || name === `${req}.header`)
      return { part: "headers", raw: false, whole: false };
    // It looks into the path, the body and the query; the last two are anyone's to write.
    return name === `${req}.param` ? { part: "query", raw: true, whole: false } : undefined;
  }
  if (node.type !== "MemberExpression" && node.type !== "OptionalMemberExpression") return undefined;
  if (node.object.type !== "Identifier" || node.object.name !== req || node.property.type !== "Identifier")
    return undefined;
  const part = partNamed(node.property.name);
  return part === undefined || node.computed ? undefined : { part, raw: true, whole: true };
}

const partNamed = (name: string): RequestPart | undefined => REQUEST_PARTS.find((part) => part === name);

/** Methods that hand on what they are called on, or a piece of it, as text. */
const HANDS_ON =
  /^(?:trim|trimStart|trimEnd|toString|toLowerCase|toUpperCase|substring|substr|slice|split|match|concat|at|pop|shift|get|getAll)$/;
const CONVERTS = /^(?:String|decodeURI|decodeURIComponent|unescape)$/;

/** What an expression holds of the request, and how. */
export function heldBy(node: t.Node, handler: HandlerNames): Held | undefined {
  const direct = written(node, handler.req);
  if (direct !== undefined) return direct;
  switch (node.type) {
    case "Identifier":
      return heldByName(node, handler);
    case "MemberExpression":
    case "OptionalMemberExpression": {
      const field = handler.given === undefined ? undefined : tableOf(handler).get(dotted(node) ?? "");
      if (field !== undefined) return field;
      const own = fieldValue(node, handler);
      if (
        own !== undefined &&
        node.object.type === "Identifier" &&
        !isParameterBetween(node.object, handler.fn)
      )
        return heldBy(own, handler);
      const holder = heldBy(node.object, handler);
      if (holder === undefined || isLength(node) || isExcept(holder, node)) return undefined;
      return holder.parsed === undefined
        ? { ...holder, whole: false }
        : partOfParsed(holder, keyName(node.property));
    }
    case "AwaitExpression":
      return heldBy(node.argument, handler);
    case "TSAsExpression":
    case "TSNonNullExpression":
    case "TSSatisfiesExpression":
    case "TSTypeAssertion":
    case "ParenthesizedExpression":
      return heldBy(node.expression, handler);
    case "LogicalExpression":
      return node.operator === "&&"
        ? heldBy(node.right, handler)
        : (heldBy(node.left, handler) ?? heldBy(node.right, handler));
    case "ConditionalExpression":
      return (
        (isAsked(node.test, node.consequent) ? undefined : heldBy(node.consequent, handler)) ??
        heldBy(node.alternate, handler)
      );
    case "CallExpression":
    case "OptionalCallExpression":
      return (
        handedOn(node, handler) ??
        parsedAddress(node, (one) => heldBy(one, handler)) ??
        heldByCopy(node, handler)
      );
    case "ObjectExpression":
      return heldByCopy(node, handler);
    case "NewExpression":
      return parsedAddress(node, (one) => heldBy(one, handler));
    default:
      return undefined;
  }
}

/**
 * `isSafe(target) ? target : "/"` and `target.startsWith("/") && more ? target : "/"`; that it is there at all
 * (`target ? target : "/"`) is no test, and neither is that it is an address (`target.startsWith("http")`).
 */
export function isAsked(test: t.Node, value: t.Node): boolean {
  if (test.type === "LogicalExpression")
    return test.operator === "&&" && (isAsked(test.left, value) || isAsked(test.right, value));
  if (test.type !== "CallExpression" && test.type !== "OptionalCallExpression") return false;
  const isIt = (one: t.Node): boolean => isSame(one, value);
  return test.arguments.some(isIt) || (isIt(holderOf(test)) && /^\/?[^:]?$/.test(firstText(test)));
}

function holderOf({ callee }: t.CallExpression | t.OptionalCallExpression): t.Node {
  return (callee.type === "MemberExpression" || callee.type === "OptionalMemberExpression") &&
    callee.property.type === "Identifier" &&
    callee.property.name === "startsWith"
    ? callee.object
    : callee;
}

const firstText = ({ arguments: [first] }: t.CallExpression | t.OptionalCallExpression): string =>
  first?.type === "StringLiteral" ? first.value : "unknown";

/** The same name, or the same longer expression: `KINDS.includes(url.split(".").at(-1)) ? url.split(".").at(-1) : "jpg"`. */
const isSame = (one: t.Node, other: t.Node): boolean =>
  one.type === other.type && wordsOf(one) === wordsOf(other);

/** Everything a piece of code is written with, in its order, without spaces and comments. */
function wordsOf(root: t.Node): string {
  const words: unknown[] = [];
  walk(root, (node) => {
    words.push(node.type);
    if (node.type === "Identifier") words.push(node.name);
    if ("value" in node && typeof node.value !== "object") words.push(JSON.stringify(node.value));
    if ("operator" in node) words.push(node.operator);
  });
  return words.join(" ");
}

const isExcept = (
  { except }: Held,
  { property, computed }: t.MemberExpression | t.OptionalMemberExpression,
): boolean => except !== undefined && !computed && except.has(keyName(property));

function heldByCopy(node: t.Node, handler: HandlerNames): Held | undefined {
  const from = copiedInto(node);
  const held = from === undefined ? undefined : heldBy(from, handler);
  return held === undefined || held.parsed !== undefined ? undefined : { ...held, whole: false };
}

const isLength = (node: t.MemberExpression | t.OptionalMemberExpression): boolean =>
  !node.computed && node.property.type === "Identifier" && node.property.name === "length";

function handedOn(
  node: t.CallExpression | t.OptionalCallExpression,
  handler: HandlerNames,
): Held | undefined {
  const { callee } = node;
  let from: t.Node | undefined;
  if (callee.type === "Identifier" && CONVERTS.test(callee.name)) [from] = node.arguments;
  if (/^(?:JSON\.parse|Object\.(?:keys|values|entries))$/.test(calleeName(node) ?? "")) {
    const held = node.arguments[0] === undefined ? undefined : heldBy(node.arguments[0], handler);
    return held === undefined
      ? undefined
      : { part: held.part, raw: calleeName(node) !== "Object.keys", whole: false };
  }
  if (
    (callee.type === "MemberExpression" || callee.type === "OptionalMemberExpression") &&
    callee.property.type === "Identifier" &&
    HANDS_ON.test(callee.property.name)
  )
    from = callee.object;
  const found = from === undefined ? undefined : heldBy(from, handler);
  return found === undefined ? undefined : { part: found.part, raw: false, whole: false };
}

/** A variable of the handler; a parameter of a function between holds an item of the list that function is called for, or nothing. */
function heldByName(node: t.Identifier, handler: HandlerNames): Held | undefined {
  for (const up of ancestors(node)) {
    if (up === handler.fn) break;
    if (!isFunction(up) || !up.params.some((param) => boundNames(param).includes(node.name))) continue;
    const list = listGivenTo(up, node.name);
    const held = list === undefined ? undefined : heldBy(list, handler);
    return held === undefined || held.parsed !== undefined ? undefined : { ...held, whole: false };
  }
  return tableOf(handler).get(node.name);
}

/** Whether a function between the node and the handler has a parameter of this name: another value. */
function isParameterBetween(node: t.Identifier, outer: FunctionNode): boolean {
  for (const up of ancestors(node)) {
    if (up === outer) return false;
    if (isFunction(up) && up.params.some((param) => boundNames(param).includes(node.name))) return true;
  }
  return false;
}

type Table = Map<string, Held>;

const TABLES = new WeakMap<FunctionNode, Table>();

function tableOf(handler: HandlerNames): Table {
  let table = TABLES.get(handler.fn);
  if (table === undefined) {
    table = new Map();
    TABLES.set(handler.fn, table);
    fill(table, handler);
  }
  return table;
}

/** Declarations in the order of the source, so that one may hold what an earlier one held. */
function fill(table: Table, handler: HandlerNames): void {
  if (handler.given === undefined)
    for (const param of handler.fn.params) if (param.type === "ObjectPattern") bindParts(table, param);
  for (const [name, given] of handler.given ?? []) table.set(name, given);
  const assigned: t.AssignmentExpression[] = [];
  const empty = new Set<string>();
  walk(handler.fn.body, (node) => {
    if (node.type === "AssignmentExpression") {
      if (node.left.type === "Identifier") assigned.push(node);
      // `({ name } = req.query)`
      else if (node.left.type === "ObjectPattern" && boundNames(node.left).every((name) => empty.has(name)))
        bind(table, node.left, heldBy(node.right, handler));
    }
    const loop = loopOver(node);
    if (loop !== undefined) bindItem(table, loop, handler);
    if (node.type !== "VariableDeclarator") return;
    if (!node.init || node.init.type === "NullLiteral") {
      // `let filter;` and `let filter = null;` wait for a value.
      for (const name of boundNames(node.id)) empty.add(name);
    } else if (node.init.type === "Identifier" && node.init.name === handler.req) bindParts(table, node.id);
    else if (heldBy(node.init, handler) !== undefined) bind(table, node.id, heldBy(node.init, handler));
    else if (node.init.type === "Identifier" && handler.given !== undefined)
      bindFields(table, node.id, node.init.name);
  });
  for (const one of assigned) assign(table, one, empty, handler);
  for (const one of assigned)
    if (
      one.left.type === "Identifier" &&
      heldBy(one.right, handler) === undefined &&
      !isDefault(one, one.left.name)
    )
      table.delete(one.left.name);
}

function bindItem(table: Table, { item, list }: { item: t.Node; list: t.Node }, handler: HandlerNames): void {
  const held = heldBy(list, handler);
  if (held !== undefined && held.parsed === undefined) bind(table, item, { ...held, whole: false });
}

function assign(table: Table, node: t.AssignmentExpression, empty: Set<string>, handler: HandlerNames): void {
  if (node.left.type !== "Identifier" || !empty.has(node.left.name) || table.has(node.left.name)) return;
  bind(table, node.left, heldBy(node.right, handler));
}

function bind(table: Table, pattern: t.Node, value: Held | undefined): void {
  if (value === undefined) return;
  if (value.parsed !== undefined && pattern.type === "ObjectPattern") {
    for (const one of pattern.properties)
      if (one.type === "ObjectProperty") bind(table, one.value, partOfParsed(value, keyName(one.key)));
    return;
  }
  if (value.except !== undefined && pattern.type === "ObjectPattern") {
    const { except, ...inner } = value;
    for (const one of pattern.properties)
      if (one.type !== "ObjectProperty" || !except.has(keyName(one.key)))
        bind(table, one.type === "ObjectProperty" ? one.value : one.argument, { ...inner, whole: false });
    return;
  }
  const whole = value.whole && pattern.type === "Identifier";
  for (const name of boundNames(pattern)) table.set(name, { ...value, whole });
}

/** `({ body, query }, res) => ...` and `const { body } = req`. */
function bindParts(table: Table, pattern: t.Node): void {
  if (pattern.type !== "ObjectPattern") return;
  for (const one of pattern.properties) {
    if (one.type !== "ObjectProperty" || one.key.type !== "Identifier") continue;
    const part = partNamed(one.key.name);
    if (part !== undefined) bind(table, one.value, { part, raw: true, whole: true });
  }
}

/** `const { name } = filter`, where the call gave `{ name: req.query.name }`. */
function bindFields(table: Table, pattern: t.Node, holder: string): void {
  if (pattern.type !== "ObjectPattern") return;
  for (const one of pattern.properties)
    if (one.type === "ObjectProperty") bind(table, one.value, table.get(`${holder}.${keyName(one.key)}`));
}

/** `if (target === undefined || target === "") target = "/"`: what the client did send stays what it is. */
function isDefault(node: t.AssignmentExpression, name: string): boolean {
  if (node.right.type !== "StringLiteral") return false;
  for (const up of ancestors(node)) {
    if (up.type === "IfStatement") return asksPresence(up.test, name);
    if (up.type !== "ExpressionStatement" && up.type !== "BlockStatement") return false;
  }
  return false;
}

function asksPresence(test: t.Node, name: string): boolean {
  if (test.type === "LogicalExpression")
    return asksPresence(test.left, name) && asksPresence(test.right, name);
  if (test.type === "UnaryExpression")
    return test.operator === "!" && test.argument.type === "Identifier" && test.argument.name === name;
  return (
    test.type === "BinaryExpression" &&
    /^===?$/.test(test.operator) &&
    test.left.type === "Identifier" &&
    test.left.name === name &&
    (test.right.type === "NullLiteral" ||
      (test.right.type === "Identifier" && test.right.name === "undefined") ||
      (test.right.type === "StringLiteral" && test.right.value === ""))
  );
}
