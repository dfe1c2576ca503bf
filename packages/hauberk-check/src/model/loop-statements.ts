import type { t } from "../parse/ast.ts";
import { isMap, mapEntries } from "./builtin-maps.ts";
import { NORMAL, type Completion } from "./completions.ts";
import { under, type Machine } from "./machine.ts";
import { Scope } from "./scope.ts";
import { unknown, type Value } from "./values.ts";

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

/** Any other loop: its body may run, with counters nobody knows. */
export function runLoop(machine: Machine, node: Loop, scope: Scope): Completion {
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
