import type { t } from "../parse/ast.ts";
import { isMap, mapEntries } from "./builtin-maps.ts";
import { NORMAL, type Completion } from "./completions.ts";
import { under, type Machine } from "./machine.ts";
import { Scope } from "./scope.ts";
import { prim, unknown, type Value } from "./values.ts";

const MAX_ROUNDS = 100;

/** `for (... of ...)`, once for each element that is known. */
export function runForOf(machine: Machine, node: t.ForOfStatement, scope: Scope): Completion {
  const right = machine.evaluate(node.right, scope);
  const source = (right.k === "call" && isMap(right) ? mapEntries(right) : undefined) ?? right;
  const items = source.k === "arr" ? source.items.slice(0, MAX_ROUNDS) : [];
  const target = node.left.type === "VariableDeclaration" ? node.left.declarations[0]?.id : node.left;
  if (target === undefined) return NORMAL;
  for (const item of items) runRound(machine, target, item, node.body, scope);
  if (source.k === "arr" && !source.open) return NORMAL;
  under(machine, { mode: "maybe", text: "loop" }, () => {
    runRound(machine, target, unknown("an element of a list that is not known"), node.body, scope);
  });
  return NORMAL;
}

function runRound(machine: Machine, target: t.Node, item: Value, body: t.Statement, scope: Scope): void {
  const inner = new Scope(scope.module, scope, machine.conditions.length);
  machine.bind(target, item, inner);
  machine.run([body], inner);
}

type Loop = t.ForInStatement | t.ForStatement | t.WhileStatement | t.DoWhileStatement;

/** What a loop counts or names, where that is known: the names in an object, the places of a list. */
function roundsOf(
  machine: Machine,
  node: Loop,
  scope: Scope,
): { target: t.Node; items: readonly Value[] } | undefined {
  if (node.type === "ForInStatement") {
    const target = node.left.type === "VariableDeclaration" ? node.left.declarations[0]?.id : undefined;
    const holder = machine.evaluate(node.right, scope);
    if (target === undefined || holder.k !== "obj" || holder.open) return undefined;
    return { target, items: [...holder.props.keys()].map((key) => prim(key)) };
  }
  const list = node.type === "ForStatement" ? countedList(node) : undefined;
  const found = list === undefined ? undefined : machine.evaluate(list.of, scope);
  if (list === undefined || found?.k !== "arr" || found.open) return undefined;
  return { target: list.counter, items: found.items.map((_, i) => prim(i)) };
}

/** `for (let i = 0; i < routes.length; i++)`. */
function countedList({
  init,
  test,
  update,
}: t.ForStatement): { counter: t.Identifier; of: t.Node } | undefined {
  const counter = init?.type === "VariableDeclaration" ? init.declarations[0] : undefined;
  if (
    counter?.id.type !== "Identifier" ||
    counter.init?.type !== "NumericLiteral" ||
    counter.init.value !== 0
  )
    return undefined;
  if (test?.type !== "BinaryExpression" || test.operator !== "<" || update?.type !== "UpdateExpression")
    return undefined;
  const { left, right } = test;
  if (left.type !== "Identifier" || left.name !== counter.id.name || right.type !== "MemberExpression")
    return undefined;
  return right.property.type === "Identifier" && right.property.name === "length" && !right.computed
    ? { counter: counter.id, of: right.object }
    : undefined;
}

/** Any other loop: its body may run, with counters nobody knows. */
export function runLoop(machine: Machine, node: Loop, scope: Scope): Completion {
  const rounds = roundsOf(machine, node, scope);
  if (rounds !== undefined) {
    for (const item of rounds.items.slice(0, MAX_ROUNDS))
      runRound(machine, rounds.target, item, node.body, scope);
    return NORMAL;
  }
  const inner = new Scope(scope.module, scope, machine.conditions.length);
  if (node.type === "ForStatement" && node.init?.type === "VariableDeclaration") {
    for (const one of node.init.declarations) machine.bind(one.id, unknown("a loop counter"), inner);
  }
  if (node.type === "ForInStatement" && node.left.type === "VariableDeclaration") {
    for (const one of node.left.declarations) machine.bind(one.id, unknown("a key"), inner);
  }
  under(machine, { mode: "maybe", text: "loop" }, () => machine.run([node.body], inner));
  return NORMAL;
}
