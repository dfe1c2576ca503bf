import { ancestors, hasParameter, isFunction, type FunctionNode, type t } from "../../parse/ast.ts";
import { isAsked, isOfType } from "./asked.ts";
import { partNamed, type Held, type RequestPart } from "./held.ts";
import { heldNames, itemHeld } from "./held-names.ts";
import { calleeName, dotted, keyName, type HandlerNames } from "./nodes.ts";
import { fieldValue } from "./objects.ts";
import { copiedInto, listGivenTo } from "./list-items.ts";
import { decodedToken } from "./decoded-token.ts";
import { parsedAddress, partOfParsed } from "./parsed-address.ts";

/** How a finding names it. */
export const named = (part: RequestPart): string => NAMED.get(part) ?? `req.${part}`;

const NAMED: ReadonlyMap<RequestPart, string> = new Map([
  ["args", "GraphQL data"],
  ["message", "WebSocket data"],
  ["input", "tRPC data"],
]);

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
  return found?.whole === true && found.typed !== true ? found.part : undefined;
}

/** All fields that came, of a body that a class describes. */
export const isTypedBody = (node: t.Node, handler: HandlerNames): boolean => {
  const found = heldBy(node, handler);
  return found?.whole === true && found.typed === true && found.part === "body";
};

/** What one of the items of these lists holds that a caller wrote: `run(["-c", req.query.host])`. */
export function itemsGiven(lists: readonly t.Node[], { given }: HandlerNames): RequestPart | undefined {
  const names = lists.flatMap((one) => dotted(one) ?? []);
  for (const [path, { part }] of given ?? [])
    if (names.some((name) => path.startsWith(`${name}.`) && /^\d+$/.test(path.slice(name.length + 1))))
      return part;
  return undefined;
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
      const field =
        handler.given === undefined
          ? undefined
          : heldNames(handler, heldBy).get(dotted(node) ?? itemOf(node) ?? "");
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
        (isAsked(node.test, node.consequent) ? undefined : heldInBranch(node, node.consequent, handler)) ??
        heldInBranch(node, node.alternate, handler)
      );
    case "CallExpression":
    case "OptionalCallExpression":
      return (
        handedOn(node, handler) ??
        decodedToken(node, (one) => heldBy(one, handler)) ??
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

function heldInBranch(
  { test, consequent }: t.ConditionalExpression,
  branch: t.Node,
  handler: HandlerNames,
): Held | undefined {
  const held = heldBy(branch, handler);
  return held?.raw === true && isOfType(test, branch, branch === consequent)
    ? { ...held, raw: false, whole: false }
    : held;
}

/** `parameters.0` of `parameters[0]`. */
function itemOf({ object, property }: t.MemberExpression | t.OptionalMemberExpression): string | undefined {
  return property.type === "NumericLiteral" && object.type === "Identifier"
    ? `${object.name}.${String(property.value)}`
    : undefined;
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
  const name = calleeName(node) ?? "";
  if (/^(?:JSON\.parse|Object\.(?:keys|values|entries))$/.test(name)) {
    const [given] = node.arguments;
    const held = given === undefined ? undefined : heldBy(given, handler);
    if (held !== undefined) return { part: held.part, raw: name !== "Object.keys", whole: false };
    return given !== undefined && /values|entries/.test(name) ? fieldsGiven(given, handler) : undefined;
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

/** `Object.entries(filter)` where the call gave `{ name: req.query.name }`: the names are the caller's own. */
function fieldsGiven(object: t.Node, { given }: HandlerNames): Held | undefined {
  if (given === undefined || object.type !== "Identifier") return undefined;
  for (const [path, { part }] of given)
    if (path.startsWith(`${object.name}.`)) return { part, raw: true, whole: false, hasOwnKeys: true };
  return undefined;
}

/** A variable of the handler; a parameter of a function between holds an item of the list that function is called for, or nothing. */
function heldByName(node: t.Identifier, handler: HandlerNames): Held | undefined {
  for (const up of ancestors(node)) {
    if (up === handler.fn) break;
    if (!isFunction(up) || !hasParameter(up, node.name)) continue;
    const list = listGivenTo(up, node.name);
    const held = list === undefined ? undefined : heldBy(list, handler);
    if (held === undefined || held.parsed !== undefined) return undefined;
    const [item] = up.params;
    return item === undefined ? undefined : itemHeld(item, held).get(node.name);
  }
  return heldNames(handler, heldBy).get(node.name);
}

/** Whether a function between the node and the handler has a parameter of this name: another value. */
function isParameterBetween(node: t.Identifier, outer: FunctionNode): boolean {
  for (const up of ancestors(node)) {
    if (up === outer) return false;
    if (isFunction(up) && hasParameter(up, node.name)) return true;
  }
  return false;
}
