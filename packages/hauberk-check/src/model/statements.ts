import type { t } from "../parse/ast.ts";
import { join } from "./alternatives.ts";
import { runIf, runSwitch, runTry } from "./branch-statements.ts";
import { enumValue } from "./enums.ts";
import { isPossible, NORMAL, possible, STOP, type Completion } from "./completions.ts";
import { exportDeclared, exportDefault } from "./export-statements.ts";
import { runForOf, runLoop } from "./loop-statements.ts";
import type { Machine } from "./machine.ts";
import { Scope } from "./scope.ts";
import { UNDEFINED, type Value } from "./values.ts";

export function runStatements(
  machine: Machine,
  statements: readonly t.Statement[],
  scope: Scope,
): Completion {
  hoist(statements, scope);
  let maybe: Value | undefined;
  for (const statement of statements) {
    if (!machine.spend()) break;
    const done = runStatement(machine, statement, scope);
    if (done.type === "stop") return maybe === undefined ? STOP : { type: "return", value: maybe };
    if (done.type === "return") {
      const value = maybe === undefined ? done.value : join(maybe, done.value);
      if (!isPossible(done)) return { type: "return", value };
      maybe = value;
    }
  }
  return maybe === undefined ? NORMAL : possible(maybe);
}

function hoist(statements: readonly t.Statement[], scope: Scope): void {
  for (const statement of statements) {
    const declared =
      (statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration") &&
      statement.declaration
        ? statement.declaration
        : statement;
    if (declared.type !== "FunctionDeclaration" || !declared.id) continue;
    scope.declare(declared.id.name, {
      k: "fn",
      node: declared,
      scope,
      module: scope.module,
      props: new Map(),
    });
  }
}

function runStatement(machine: Machine, node: t.Statement, scope: Scope): Completion {
  switch (node.type) {
    case "ExpressionStatement":
      machine.evaluate(node.expression, scope);
      return NORMAL;
    case "VariableDeclaration":
      declare(machine, node, scope);
      return NORMAL;
    case "ReturnStatement":
      return { type: "return", value: node.argument ? machine.evaluate(node.argument, scope) : UNDEFINED };
    case "ThrowStatement":
    case "BreakStatement":
    case "ContinueStatement":
      return STOP;
    case "BlockStatement":
      return machine.run(node.body, new Scope(scope.module, scope, machine.conditions.length));
    case "IfStatement":
      return runIf(machine, node, scope);
    case "TryStatement":
      return runTry(machine, node, scope);
    case "SwitchStatement":
      return runSwitch(machine, node, scope);
    case "ForOfStatement":
      return runForOf(machine, node, scope);
    case "ForInStatement":
    case "ForStatement":
    case "WhileStatement":
    case "DoWhileStatement":
      return runLoop(machine, node, scope);
    case "LabeledStatement":
      return runStatement(machine, node.body, scope);
    case "ClassDeclaration":
      if (node.id) scope.declare(node.id.name, machine.evaluate(node, scope));
      return NORMAL;
    case "ExportNamedDeclaration":
      if (node.declaration) {
        runStatement(machine, node.declaration, scope);
        exportDeclared(node.declaration, scope);
      }
      return NORMAL;
    case "ExportDefaultDeclaration":
      exportDefault(machine, node, scope);
      return NORMAL;
    case "TSExportAssignment":
      scope.module.moduleExports = machine.evaluate(node.expression, scope);
      return NORMAL;
    case "TSEnumDeclaration":
      scope.declare(node.id.name, enumValue(machine, node, scope));
      return NORMAL;
    default:
      return NORMAL;
  }
}

function declare(machine: Machine, node: t.VariableDeclaration, scope: Scope): void {
  for (const one of node.declarations) {
    machine.bind(one.id, one.init ? machine.evaluate(one.init, scope) : UNDEFINED, scope);
  }
}
