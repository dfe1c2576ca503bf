import type { t } from "../parse/ast.ts";
import { byMode, join } from "./alternatives.ts";
import type { Machine } from "./machine.ts";
import { text } from "./operators.ts";
import { Scope } from "./scope.ts";
import { array, object, UNDEFINED, unknown, type Fn, type Obj, type Site, type Value } from "./values.ts";

export function objectLiteral(machine: Machine, node: t.ObjectExpression, scope: Scope): Value {
  const result = object(false, { module: scope.module, node });
  const inner = new Scope(scope.module, scope, machine.conditions.length, result);
  for (const one of node.properties) {
    const site = { module: scope.module, node: one };
    if (one.type === "SpreadElement") {
      spreadInto(result, machine.evaluate(one.argument, scope));
      continue;
    }
    const key = keyName(machine, one.key, one.computed, scope);
    if (key === undefined) {
      result.open = true;
      continue;
    }
    const value =
      one.type === "ObjectMethod"
        ? ({
            k: "fn",
            node: one,
            scope: inner,
            module: scope.module,
            self: result,
            props: new Map(),
          } as const)
        : machine.evaluate(one.value, scope);
    result.props.set(key, value);
    result.sites.set(key, site);
  }
  return result;
}

/** What compilers call the function they make of `{ ...a, ...b }`; run, it would read its `arguments` in a loop. */
const SPREADS = /^_+(?:objectSpread\d?|object_spread(?:_props)?|extends)$/;

/** `_objectSpread(_objectSpread({}, DEFAULTS), options)`. */
export function compiledSpread({ node }: Fn, args: readonly Value[], site: Site): Value | undefined {
  if (node.type !== "FunctionDeclaration" || !node.id || !SPREADS.test(node.id.name)) return undefined;
  const result = object(false, site);
  for (const arg of args) spreadInto(result, arg);
  return result;
}

export function spreadInto(target: Obj, source: Value): void {
  if (source.k === "mode") {
    // `...(isProduction && { secure: true })`
    const [prod, dev] = [source.prod, source.dev];
    const keys = new Set([
      ...(prod.k === "obj" ? prod.props.keys() : []),
      ...(dev.k === "obj" ? dev.props.keys() : []),
    ]);
    if (!isSpreadable(prod) || !isSpreadable(dev)) target.open = true;
    for (const key of keys) {
      const before = target.props.get(key) ?? UNDEFINED;
      const read = (from: Value): Value => (from.k === "obj" ? (from.props.get(key) ?? before) : before);
      target.props.set(key, byMode(read(prod), read(dev)));
    }
  } else if (source.k === "obj") {
    for (const [key, value] of source.props) {
      target.props.set(key, value);
      const site = source.sites.get(key);
      if (site !== undefined) target.sites.set(key, site);
    }
    if (source.open) target.open = true;
  } else if (source.k === "either" && source.values.every(isSpreadable)) {
    const objects = source.values.filter((one) => one.k === "obj");
    for (const key of new Set(objects.flatMap((one) => [...one.props.keys()]))) {
      const before = target.props.get(key) ?? UNDEFINED;
      const values = source.values.map((one) => (one.k === "obj" ? (one.props.get(key) ?? before) : before));
      target.props.set(key, values.reduce(join));
    }
    if (objects.some((one) => one.open)) target.open = true;
  } else if (!isSpreadable(source)) {
    // What was written before may be replaced by what is in there.
    target.open = true;
    for (const [key, value] of target.props)
      target.props.set(key, join(value, unknown("a spread that is not known")));
  }
}

const isSpreadable = (value: Value): boolean =>
  value.k === "obj" || (value.k === "prim" && typeof value.v !== "string");

export function keyName(
  machine: Machine,
  key: t.Node,
  computed: boolean | null | undefined,
  scope: Scope,
): string | undefined {
  if (computed === true) return text(machine.evaluate(key, scope));
  if (key.type === "Identifier") return key.name;
  if (key.type === "StringLiteral") return key.value;
  if (key.type === "NumericLiteral") return String(key.value);
  return key.type === "PrivateName" ? `#${key.id.name}` : undefined;
}

export function arrayLiteral(machine: Machine, node: t.ArrayExpression, scope: Scope): Value {
  const { items, open } = listOf(machine, node.elements, scope);
  return array(items, open, { module: scope.module, node });
}

export function argumentsOf(machine: Machine, nodes: readonly t.Node[], scope: Scope): Value[] {
  return listOf(machine, nodes, scope).items;
}

function listOf(
  machine: Machine,
  nodes: readonly (t.Node | null)[],
  scope: Scope,
): { items: Value[]; open: boolean } {
  const items: Value[] = [];
  let open = false;
  for (const one of nodes) {
    if (one === null) items.push(UNDEFINED);
    else if (one.type !== "SpreadElement") items.push(machine.evaluate(one, scope));
    else {
      const spread = machine.evaluate(one.argument, scope);
      if (spread.k === "arr") items.push(...spread.items);
      else if (spread.k === "either")
        items.push(...spread.values.flatMap((value) => (value.k === "arr" ? value.items : [value])));
      else items.push(unknown("a spread that is not known", { module: scope.module, node: one }));
      if (spread.k !== "arr" || spread.open) open = true;
    }
  }
  return { items, open };
}
