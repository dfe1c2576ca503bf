import { isFunction, walk, type FunctionNode, type t } from "../../parse/ast.ts";
import { isTrue } from "./callbacks.ts";
import { keyName, type HandlerNames } from "./nodes.ts";
import { remembered } from "../../remembered.ts";

/** The object literal a variable is set to, once: `const order = { name: req.body.name }`, `let order = null; order = { ... }`. */
export const objectNamed = (name: string, { fn }: HandlerNames): t.ObjectExpression | undefined =>
  objectsIn(fn).literals.get(name);

/** What stands under `order.name`, where `order` is such an object and nothing else is put there later. */
export function fieldValue(
  node: t.MemberExpression | t.OptionalMemberExpression,
  { fn }: HandlerNames,
): t.Node | undefined {
  if (node.object.type !== "Identifier" || node.computed) return undefined;
  const { literals, changed } = objectsIn(fn);
  const key = keyName(node.property);
  const literal = literals.get(node.object.name);
  if (literal === undefined || changed.has(`${node.object.name}.${key}`)) return undefined;
  const found = literal.properties.findLast(
    (one) => one.type !== "SpreadElement" && keyName(one.key) === key,
  );
  if (found?.type !== "ObjectProperty" || isFunction(found.value)) return undefined;
  // Only what stands further up: `var order = { name: order.name }` ends.
  return (found.value.start ?? 0) < (node.start ?? 0) ? found.value : undefined;
}

/** The fields of an object that is written there or held by a variable, without those that are set later. */
export function fieldsOf(node: t.Node, handler: HandlerNames): readonly t.ObjectProperty[] {
  const object = node.type === "Identifier" ? objectNamed(node.name, handler) : node;
  if (object?.type !== "ObjectExpression") return [];
  const { changed } = objectsIn(handler.fn);
  const isSet = (key: t.Node): boolean =>
    node.type === "Identifier" && changed.has(`${node.name}.${keyName(key)}`);
  return object.properties.filter((one) => one.type === "ObjectProperty").filter(({ key }) => !isSet(key));
}

interface Objects {
  readonly literals: ReadonlyMap<string, t.ObjectExpression>;
  /** Fields that are assigned to: `order.name` of `order.name = clean(order.name)`. */
  readonly changed: ReadonlySet<string>;
}

const objectsIn = remembered((fn: FunctionNode): Objects => {
  const literals = new Map<string, t.ObjectExpression>();
  const others = new Set<string>();
  const changed = new Set<string>();
  const note = (target: t.Node, value: t.Node): void => {
    if (target.type === "MemberExpression" && target.object.type === "Identifier")
      changed.add(`${target.object.name}.${keyName(target.property)}`);
    if (target.type !== "Identifier" || value.type === "NullLiteral") return;
    if (value.type !== "ObjectExpression" || literals.has(target.name)) others.add(target.name);
    else literals.set(target.name, value);
  };
  walk(fn.body, (node) => {
    if (node.type === "AssignmentExpression") note(node.left, node.right);
    else if (node.type === "VariableDeclarator" && node.init) note(node.id, node.init);
  });
  for (const name of others) literals.delete(name);
  return { literals, changed };
});

/** Whether an object literal sets the option to `true`: `{ complete: true }`. */
export const isSetTrue = (options: t.Node | undefined, name: string): boolean =>
  options?.type === "ObjectExpression" &&
  options.properties.some(
    (one) => one.type === "ObjectProperty" && keyName(one.key) === name && isTrue(one.value),
  );
