import { ancestors, boundNames, walk, type FunctionNode, type t } from "../../parse/ast.ts";
import { loopOver } from "./list-items.ts";
import { dotted, isHelper, keyName, type HandlerNames } from "./nodes.ts";
import { partOfParsed } from "./parsed-address.ts";
import { partNamed, type Held } from "./held.ts";

type Table = Map<string, Held>;
type HeldBy = (node: t.Node, handler: HandlerNames) => Held | undefined;

/** By the function; by what is given to it where that differs from call to call. */
const TABLES = new WeakMap<FunctionNode | ReadonlyMap<string, Held>, Table>();

/** What the names in a function hold of the request; the same map while it is being filled. */
export function heldNames(handler: HandlerNames, heldBy: HeldBy): ReadonlyMap<string, Held> {
  const key = handler.given ?? handler.fn;
  let table = TABLES.get(key);
  if (table === undefined) {
    table = new Map();
    TABLES.set(key, table);
    fill(table, handler, heldBy);
  }
  return table;
}

/** Declarations in the order of the source, so that one may hold what an earlier one held. */
function fill(table: Table, handler: HandlerNames, heldBy: HeldBy): void {
  if (!isHelper(handler))
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
    if (loop !== undefined) bindItem(table, loop.item, heldBy(loop.list, handler));
    if (node.type !== "VariableDeclarator") return;
    if (!node.init || node.init.type === "NullLiteral") {
      // `let filter;` and `let filter = null;` wait for a value.
      for (const name of boundNames(node.id)) empty.add(name);
    } else if (node.init.type === "Identifier" && node.init.name === handler.req) {
      bindParts(table, node.id);
      if (handler.given !== undefined) bindFields(table, node.id, handler.req);
    } else if (heldBy(node.init, handler) !== undefined) bind(table, node.id, heldBy(node.init, handler));
    else if (handler.given !== undefined) bindFields(table, node.id, dotted(node.init) ?? "");
  });
  for (const one of assigned) assign(table, one, empty, heldBy(one.right, handler));
  for (const one of assigned)
    if (
      one.left.type === "Identifier" &&
      heldBy(one.right, handler) === undefined &&
      !isDefault(one, one.left.name)
    )
      table.delete(one.left.name);
  for (const one of assigned) makeText(table, one, heldBy(one.right, handler));
}

/** `name = name.trim()`: an object has no such method. */
function makeText(
  table: Table,
  { left, right, operator }: t.AssignmentExpression,
  held: Held | undefined,
): void {
  if (
    left.type !== "Identifier" ||
    operator !== "=" ||
    held?.raw !== false ||
    right.type !== "CallExpression"
  )
    return;
  const { callee } = right;
  const isOfItself =
    callee.type === "MemberExpression" &&
    callee.object.type === "Identifier" &&
    callee.object.name === left.name;
  const before = table.get(left.name);
  if (isOfItself && before !== undefined) table.set(left.name, { ...before, raw: false });
}

function bindItem(table: Table, item: t.Node, held: Held | undefined): void {
  if (held !== undefined && held.parsed === undefined)
    for (const [name, one] of itemHeld(item, held)) table.set(name, one);
}

/** What the names of a pattern hold of one item of a list: of `[key, value]` both, or the value alone. */
export function itemHeld(item: t.Node, { hasOwnKeys, ...held }: Held): ReadonlyMap<string, Held> {
  const values = hasOwnKeys === true && item.type === "ArrayPattern" ? item.elements.slice(1) : [item];
  return new Map(values.flatMap((one) => (one === null ? [] : namesIn(one, { ...held, whole: false }))));
}

function assign(
  table: Table,
  node: t.AssignmentExpression,
  empty: Set<string>,
  held: Held | undefined,
): void {
  if (node.left.type !== "Identifier" || !empty.has(node.left.name) || table.has(node.left.name)) return;
  bind(table, node.left, held);
}

function bind(table: Table, pattern: t.Node, value: Held | undefined): void {
  if (value !== undefined) for (const [name, held] of namesIn(pattern, value)) table.set(name, held);
}

/** What each name of a pattern holds, where all of it is given something that came with the request. */
export function namesIn(pattern: t.Node, value: Held): readonly (readonly [name: string, held: Held])[] {
  if (pattern.type === "ObjectPattern" && value.parsed !== undefined)
    return pattern.properties.flatMap((one) => {
      const part = one.type === "ObjectProperty" ? partOfParsed(value, keyName(one.key)) : undefined;
      return part === undefined || one.type !== "ObjectProperty" ? [] : namesIn(one.value, part);
    });
  if (pattern.type === "ObjectPattern" && value.except !== undefined) {
    const { except, ...inner } = value;
    return pattern.properties.flatMap((one) =>
      one.type === "ObjectProperty" && except.has(keyName(one.key))
        ? []
        : namesIn(one.type === "ObjectProperty" ? one.value : one.argument, { ...inner, whole: false }),
    );
  }
  const whole = value.whole && pattern.type === "Identifier";
  return boundNames(pattern).map((name) => [name, { ...value, whole }]);
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

/** `const { name } = filter`, where the call gave `{ name: req.query.name }`; `const [name] = list` for `[req.query.name]`. */
function bindFields(table: Table, pattern: t.Node, holder: string): void {
  if (pattern.type === "ArrayPattern")
    for (const [i, one] of pattern.elements.entries())
      if (one !== null) bind(table, one, table.get(`${holder}.${String(i)}`));
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
