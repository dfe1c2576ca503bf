import { isFunction, walk, type FunctionNode, type t } from "../../../parse/ast.ts";
import { piecesOf } from "../../kit/built-values.ts";
import { keyName, type HandlerNames } from "../../kit/nodes.ts";
import { objectNamed } from "../../kit/objects.ts";
import { remembered } from "../../../remembered.ts";

/** `const filter = { name }; filter.city = req.body.city; User.find(filter)`: what the filter in a variable is made of. */
export function valuesOfNamed(filter: t.Identifier, handler: HandlerNames): readonly t.Node[] {
  const literal = objectNamed(filter.name, handler);
  if (literal === undefined)
    return (filtersIn(handler.fn).get(filter.name) ?? []).flatMap((one) => valuesOf(one));
  const later = fieldsSet(handler.fn).filter(
    (one) => one.holder === filter.name && (one.value.end ?? 0) < (filter.start ?? 0),
  );
  const keys = new Set(later.filter((one) => one.key !== "").map((one) => one.key));
  // What is set twice holds what came last: `filter.name = String(filter.name)`.
  const last = later.filter(
    (one, i) => one.key === "" || later.findLastIndex((other) => other.key === one.key) === i,
  );
  return [...valuesOf(literal, keys), ...last.map((one) => one.value)];
}

/** `let filter = {}; if (name) filter = { name }`: each of the objects that a variable is given, where it is given nothing else. */
const filtersIn = remembered((fn: FunctionNode): ReadonlyMap<string, readonly t.ObjectExpression[]> => {
  const found = new Map<string, t.ObjectExpression[]>();
  const others = new Set<string>();
  const note = (name: t.Node, value: t.Node | null | undefined): void => {
    if (name.type !== "Identifier" || value === null || value === undefined) return;
    if (value.type === "ObjectExpression") found.set(name.name, [...(found.get(name.name) ?? []), value]);
    else others.add(name.name);
  };
  walk(fn.body, (node) => {
    if (node.type === "VariableDeclarator") note(node.id, node.init);
    if (node.type === "AssignmentExpression") note(node.left, node.right);
  });
  for (const name of others) found.delete(name);
  return found;
});

/** The stages of a pipeline that are filters: `aggregate([{ $match: { city: req.body.city } }])`. */
export function valuesOfPipeline(given: t.Node, handler: HandlerNames): readonly t.Node[] {
  if (given.type === "Identifier") {
    const pieces = piecesOf(given.name, handler).filter((one) => one.type !== "Identifier");
    return pieces.flatMap((one) =>
      one.type === "ArrayExpression" || one.type === "ObjectExpression" ? valuesOfPipeline(one, handler) : [],
    );
  }
  if (given.type === "ArrayExpression")
    return given.elements.flatMap((one) =>
      one?.type === "ObjectExpression" ? valuesOfPipeline(one, handler) : [],
    );
  if (given.type !== "ObjectExpression") return [];
  return given.properties.flatMap((one) => {
    if (one.type !== "ObjectProperty" || keyName(one.key) !== "$match") return [];
    if (one.value.type === "Identifier") return valuesOfNamed(one.value, handler);
    return one.value.type === "ObjectExpression" ? valuesOf(one.value) : [one.value];
  });
}

/** The values of a filter, those of its `$or` among them; what stands under another operator is no condition of its own. */
function valuesOf(node: t.ObjectExpression, without: ReadonlySet<string> = new Set()): readonly t.Node[] {
  return node.properties.flatMap((one) => {
    if (one.type === "SpreadElement") return [one.argument];
    if (one.type !== "ObjectProperty" || without.has(keyName(one.key))) return [];
    return [...inAnyOf(one), ...(keyName(one.key).startsWith("$") ? [] : [one.value])];
  });
}

/** `{ $or: [{ name: req.body.login }, { mail: req.body.login }] }`. */
const inAnyOf = ({ key, value }: t.ObjectProperty): readonly t.Node[] =>
  /^\$(?:or|and|nor)$/.test(keyName(key)) && value.type === "ArrayExpression"
    ? value.elements.flatMap((one) => (one?.type === "ObjectExpression" ? valuesOf(one) : []))
    : [];

/** What a filter that is written in place holds besides its plain values. */
export const valuesFurtherIn = (node: t.ObjectExpression): readonly t.Node[] =>
  node.properties.flatMap((one) =>
    one.type === "SpreadElement" ? [one.argument] : one.type === "ObjectProperty" ? inAnyOf(one) : [],
  );

interface FieldSet {
  readonly holder: string;
  /** "" for one that is computed. */
  readonly key: string;
  readonly value: t.Node;
}

const fieldsSet = remembered((fn: FunctionNode): readonly FieldSet[] => {
  const found: FieldSet[] = [];
  walk(fn.body, (node) => {
    if (node.type === "AssignmentExpression" && node.left.type === "MemberExpression") {
      const { object, property, computed } = node.left;
      const key = computed && property.type !== "StringLiteral" ? "" : keyName(property);
      if (object.type === "Identifier") found.push({ holder: object.name, key, value: node.right });
    }
    if (node.type === "CallExpression") found.push(...assigned(node));
    return node === fn.body || !isFunction(node) || isCalledHere(node);
  });
  return found;
});

/** Functions that lists are gone through with run at once. */
const isCalledHere = (node: FunctionNode): boolean => node.type === "ArrowFunctionExpression";

/** `Object.assign(filter, req.query)`. */
function assigned({ callee, arguments: [target, ...from] }: t.CallExpression): readonly FieldSet[] {
  const isAssign =
    callee.type === "MemberExpression" &&
    callee.object.type === "Identifier" &&
    callee.object.name === "Object" &&
    keyName(callee.property) === "assign";
  if (!isAssign || target?.type !== "Identifier") return [];
  return from.map((value) => ({ holder: target.name, key: "", value }));
}
