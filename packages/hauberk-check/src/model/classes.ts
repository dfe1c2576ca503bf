import { ancestors, isFunction, type t } from "../parse/ast.ts";
import { runConstructor } from "./construct.ts";
import { argumentsOf, keyName } from "./literals.ts";
import type { Machine } from "./machine.ts";
import { Scope } from "./scope.ts";
import { memberName, methodOf } from "./members.ts";
import { UNDEFINED, unknown, type Class, type Value } from "./values.ts";

export function classValue(
  machine: Machine,
  node: t.ClassDeclaration | t.ClassExpression,
  scope: Scope,
): Value {
  const parent = node.superClass ? machine.evaluate(node.superClass, scope) : undefined;
  const made: Class = { k: "class", node, scope, module: scope.module, parent, statics: new Map() };
  const inner = new Scope(scope.module, scope, machine.conditions.length, made);
  if (node.id) inner.declare(node.id.name, made);
  for (const member of node.body.body) {
    if (!("static" in member) || member.static !== true || !("key" in member)) continue;
    const key = keyName(machine, member.key, "computed" in member ? member.computed : false, scope);
    if (key === undefined) continue;
    if (isFunction(member))
      made.statics.set(key, {
        k: "fn",
        node: member,
        scope: inner,
        module: scope.module,
        self: made,
        props: new Map(),
      });
    else if ("value" in member && member.value) made.statics.set(key, machine.evaluate(member.value, inner));
  }
  return made;
}

/** `super(...)`: the parent's constructor works on the object that is being made, so what it calls may be overridden. */
export function superCall(
  machine: Machine,
  node: t.CallExpression | t.OptionalCallExpression,
  scope: Scope,
): Value {
  const args = argumentsOf(machine, node.arguments, scope);
  const self = scope.self;
  const parent = parentSeen(node, self);
  if (parent?.k === "class" && self?.k === "obj") runConstructor(machine, parent, args, self);
  const other = parent === undefined ? undefined : packageClass(parent);
  if (other !== undefined) machine.invoke(other, args, { module: scope.module, node }, true);
  return UNDEFINED;
}

/** What the class extends that a node stands in. */
function parentSeen(node: t.Node, self: Value | undefined): Value | undefined {
  const own = [...ancestors(node)].find(
    (up) => up.type === "ClassDeclaration" || up.type === "ClassExpression",
  );
  let cls = self?.k === "obj" ? self.cls : undefined;
  // The constructor of a grandparent also sees the youngest class as the one of `this`.
  while (cls !== undefined && cls.node !== own) cls = cls.parent?.k === "class" ? cls.parent : undefined;
  return cls?.parent;
}

/** `super.start()`: the parent's method on the object itself; what a package's class has was put on the object. */
export function superMember(node: t.MemberExpression | t.OptionalMemberExpression, scope: Scope): Value {
  const { self } = scope;
  const name = node.computed ? undefined : memberName(node.property);
  if (name === undefined || self?.k !== "obj") return unknown("a member of a parent");
  const parent = parentSeen(node, self);
  const found = parent?.k === "class" ? methodOf(parent, name, self) : undefined;
  return found ?? self.props.get(name) ?? unknown("a member of a parent");
}

/** `extends Strategy` of a package, and what `extends PassportStrategy(Strategy, "jwt")` makes one of. */
function packageClass(parent: Value): Value | undefined {
  if (parent.k === "pkg") return parent;
  const [mixedIn] = parent.k === "call" ? parent.args : [];
  return mixedIn?.k === "pkg" ? mixedIn : undefined;
}
