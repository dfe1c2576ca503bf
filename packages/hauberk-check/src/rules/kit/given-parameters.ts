import type { Site } from "../../model/values.ts";
import type { t } from "../../parse/ast.ts";
import { containsRequestData, onlyPieceOf } from "./built-values.ts";
import type { Held } from "./held.ts";
import { keyName, type HandlerNames } from "./nodes.ts";
import { objectNamed } from "./objects.ts";
import { heldBy } from "./request-data.ts";
import { isPieceTested } from "./untested.ts";

/** A call in a function that holds request data. */
export interface Hop {
  readonly call: Site;
  readonly handler: HandlerNames;
  /** What functions of the project have made of request data. */
  readonly made?: (value: t.Node) => Held | undefined;
}

/** What each name of a parameter holds: `name` of `({ name })`, and `filter.name` where the call gave `{ name: req.query.name }`. */
export function handOver(param: t.Node, argument: t.Node, hop: Hop): readonly (readonly [string, Held])[] {
  if (param.type === "AssignmentPattern") return handOver(param.left, argument, hop);
  if (param.type === "TSParameterProperty") return handOver(param.parameter, argument, hop);
  if (param.type === "RestElement") return items(param.argument, argument, hop);
  const value = inside(argument);
  const object = value.type === "Identifier" ? objectNamed(value.name, hop.handler) : value;
  if (object?.type === "ObjectExpression") return fromObject(param, object, hop);
  const list = value.type === "Identifier" ? onlyPieceOf(value.name, hop.handler) : value;
  if (list?.type === "ArrayExpression") return fromList(param, list, hop);
  const held = untested(value, hop);
  if (held === undefined) return [];
  if (param.type === "Identifier") return [[param.name, held]];
  const { except, ...inner } = held;
  return param.type === "ObjectPattern"
    ? parts(param, (key) => (except?.has(key) === true ? undefined : inner))
    : [];
}

/** `(name, ...rest)`: one of the rest, of which nobody says which. */
function items(rest: t.Node, argument: t.Node, hop: Hop): readonly (readonly [string, Held])[] {
  const held = rest.type === "Identifier" ? untested(inside(argument), hop) : undefined;
  return held === undefined || rest.type !== "Identifier"
    ? []
    : [[rest.name, { ...held, raw: false, whole: false }]];
}

/** `find([req.query.name])`: each item under its place, `parameters.0`. */
function fromList(param: t.Node, list: t.ArrayExpression, hop: Hop): readonly (readonly [string, Held])[] {
  return heldItems(list, hop).flatMap(([i, held]) => {
    if (param.type === "Identifier")
      return [[`${param.name}.${String(i)}`, { ...held, whole: false }] as const];
    const item = param.type === "ArrayPattern" ? param.elements[i] : undefined;
    return item?.type === "Identifier" ? [[item.name, held] as const] : [];
  });
}

const heldItems = ({ elements }: t.ArrayExpression, hop: Hop): readonly (readonly [number, Held])[] =>
  elements.flatMap((one, i) => {
    const held = one === null || one.type === "SpreadElement" ? undefined : untested(one, hop);
    return held === undefined ? [] : [[i, held] as const];
  });

function fromObject(
  param: t.Node,
  object: t.ObjectExpression,
  hop: Hop,
): readonly (readonly [string, Held])[] {
  const fields = new Map<string, Held>();
  let rest: Held | undefined;
  for (const one of object.properties) {
    if (one.type === "ObjectMethod") continue;
    // `run({ words: ["-c", req.query.host] })`
    if (one.type === "ObjectProperty" && one.value.type === "ArrayExpression")
      for (const [i, held] of heldItems(one.value, hop)) fields.set(`${keyName(one.key)}.${String(i)}`, held);
    const held = untested(one.type === "SpreadElement" ? one.argument : one.value, hop);
    if (held === undefined) continue;
    if (one.type === "SpreadElement") rest = held;
    else fields.set(keyName(one.key), { ...held, whole: false });
  }
  if (param.type === "ObjectPattern")
    return parts(
      param,
      (key) => fields.get(key) ?? rest,
      (key) =>
        [...fields].flatMap(([path, held]) =>
          path.startsWith(`${key}.`) ? [[path.slice(key.length + 1), held] as const] : [],
        ),
    );
  if (param.type !== "Identifier") return [];
  const named = [...fields].map(([key, held]) => [`${param.name}.${key}`, held] as const);
  return rest === undefined ? named : [...named, [param.name, rest]];
}

function parts(
  pattern: t.ObjectPattern,
  heldUnder: (key: string) => Held | undefined,
  itemsUnder: (key: string) => readonly (readonly [string, Held])[] = () => [],
): readonly (readonly [string, Held])[] {
  return pattern.properties.flatMap((one) => {
    if (one.type !== "ObjectProperty") return [];
    const key = keyName(one.key);
    const held = heldUnder(key);
    const target = one.value.type === "AssignmentPattern" ? one.value.left : one.value;
    if (target.type !== "Identifier") return [];
    if (held !== undefined) return [[target.name, { ...held, whole: false }] as const];
    return itemsUnder(key).map(([i, item]) => [`${target.name}.${i}`, { ...item, whole: false }] as const);
  });
}

function untested(value: t.Node, { call, handler, made }: Hop): Held | undefined {
  const held = heldBy(value, handler) ?? builtOf(value, handler) ?? made?.(value);
  if (held === undefined) return undefined;
  return isPieceTested(value, call.node, call.module, handler) ? undefined : held;
}

function builtOf(value: t.Node, handler: HandlerNames): Held | undefined {
  const part = containsRequestData(value, handler);
  return part === undefined ? undefined : { part, raw: false, whole: false };
}

export function inside(node: t.Node): t.Node {
  return node.type === "TSAsExpression" ||
    node.type === "TSNonNullExpression" ||
    node.type === "TSSatisfiesExpression"
    ? inside(node.expression)
    : node;
}
