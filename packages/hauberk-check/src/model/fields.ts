import { ancestors, isFunction, parentOf, type t } from "../parse/ast.ts";
import { LexicalScope } from "./lexical.ts";
import type { Machine } from "./machine.ts";
import { memberName } from "./members.ts";
import type { Scope } from "./scope.ts";
import { object, type Obj, type Value } from "./values.ts";

type ClassNode = t.ClassDeclaration | t.ClassExpression;

const FIELDS = new WeakMap<ClassNode, Obj>();

/**
 * `this` in a method of a class that nobody was seen to make: its fields as they are written, and what the constructor puts
 * there. Anything else may be in it.
 */
export function fieldsAround(machine: Machine, node: t.Node, scope: Scope): Value | undefined {
  const cls = classAround(node);
  if (cls === undefined) return undefined;
  const known = FIELDS.get(cls);
  if (known !== undefined) return known;
  const made = object(true, { module: scope.module, node: cls });
  // A field that is made of another asks again: what is there by then is what there is.
  FIELDS.set(cls, made);
  for (const one of cls.body.body) {
    if (one.type === "ClassProperty" && !one.static && one.key.type === "Identifier" && one.value)
      made.props.set(one.key.name, read(machine, one.value, scope));
    if (one.type === "ClassPrivateProperty" && !one.static && one.value)
      made.props.set(`#${one.key.id.name}`, read(machine, one.value, scope));
  }
  for (const one of cls.body.body)
    if (one.type === "ClassMethod" && one.kind === "constructor")
      for (const statement of one.body.body) readAssignment(machine, made, statement, scope);
  return made;
}

const read = (machine: Machine, value: t.Node, { module }: Scope): Value =>
  machine.evaluate(value, new LexicalScope(machine, module, value));

/** `this.secret = process.env.SECRET || "..."`. */
function readAssignment(machine: Machine, made: Obj, statement: t.Statement, scope: Scope): void {
  if (statement.type !== "ExpressionStatement" || statement.expression.type !== "AssignmentExpression")
    return;
  const { left, right, operator } = statement.expression;
  if (
    operator !== "=" ||
    left.type !== "MemberExpression" ||
    left.object.type !== "ThisExpression" ||
    left.computed
  )
    return;
  const name = memberName(left.property);
  if (name !== undefined) made.props.set(name, read(machine, right, scope));
}

/** The class whose method `this` stands in, if it is an object of that class. */
function classAround(node: t.Node): ClassNode | undefined {
  for (const up of ancestors(node)) {
    if (!isFunction(up) || up.type === "ArrowFunctionExpression") {
      if (up.type === "ClassProperty" || up.type === "ClassPrivateProperty")
        return up.static ? undefined : classOf(up);
      continue;
    }
    return up.type === "ClassMethod" || up.type === "ClassPrivateMethod"
      ? up.static
        ? undefined
        : classOf(up)
      : undefined;
  }
  return undefined;
}

function classOf(member: t.Node): ClassNode | undefined {
  const body = parentOf(member);
  const cls = body === undefined ? undefined : parentOf(body);
  return cls?.type === "ClassDeclaration" || cls?.type === "ClassExpression" ? cls : undefined;
}
