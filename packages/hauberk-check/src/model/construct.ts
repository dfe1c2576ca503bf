import { isFunction } from "../parse/ast.ts";
import type { Machine } from "./machine.ts";
import { methodOf } from "./members.ts";
import { adoptServer } from "./overnight.ts";
import { Scope } from "./scope.ts";
import { object, UNDEFINED, type Class, type Fn, type Obj, type Site, type Value } from "./values.ts";

/** `new Local(...)`: fields, then the constructor. */
export function construct(machine: Machine, cls: Class, args: readonly Value[], site: Site): Value {
  const made = object(false, site, cls);
  adoptServer(machine, cls, made, site);
  initialise(machine, cls, made);
  rememberMethods(machine, cls, made);
  runConstructor(machine, cls, args, made);
  return made;
}

/** Runs the constructor of a class, or the nearest inherited one, on an object. */
export function runConstructor(machine: Machine, cls: Class, args: readonly Value[], made: Obj): void {
  const constructor = methodOf(cls, "constructor", made);
  if (constructor?.k !== "fn") return;
  bindParameterProperties(constructor, args, made);
  machine.call(constructor, args, made);
}

function rememberMethods(machine: Machine, cls: Class, made: Obj): void {
  const scope = new Scope(cls.module, cls.scope, 0, made);
  for (const one of cls.node.body.body) if (isFunction(one)) machine.closures.set(one, { scope, self: made });
}

function initialise(machine: Machine, cls: Class, made: Obj): void {
  if (cls.parent?.k === "class") initialise(machine, cls.parent, made);
  const scope = new Scope(cls.module, cls.scope, machine.conditions.length, made);
  for (const one of cls.node.body.body) {
    if ((one.type !== "ClassProperty" && one.type !== "ClassPrivateProperty") || one.static) continue;
    const name =
      one.key.type === "Identifier"
        ? one.key.name
        : one.key.type === "PrivateName"
          ? `#${one.key.id.name}`
          : undefined;
    if (name === undefined || !one.value) continue;
    made.props.set(name, machine.evaluate(one.value, scope));
  }
}

function bindParameterProperties(constructor: Fn, args: readonly Value[], made: Obj): void {
  for (const [i, param] of constructor.node.params.entries()) {
    if (param.type !== "TSParameterProperty") continue;
    const inner = param.parameter.type === "AssignmentPattern" ? param.parameter.left : param.parameter;
    if (inner.type === "Identifier") made.props.set(inner.name, args[i] ?? UNDEFINED);
  }
}
