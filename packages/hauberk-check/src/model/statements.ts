import type { t } from "../parse/ast.ts";
import type { Condition } from "./app.ts";
import { NORMAL, STOP, under, type Completion, type Machine } from "./machine.ts";
import { branch } from "./operators.ts";
import { Scope } from "./scope.ts";
import { join, UNDEFINED, unknown, type Value } from "./values.ts";

const MAX_ROUNDS = 100;

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

const POSSIBLE = new WeakSet<Completion>();

/** A return that some runs reach and others pass by. */
function possible(value: Value): Completion {
  const completion: Completion = { type: "return", value };
  POSSIBLE.add(completion);
  return completion;
}
const isPossible = (completion: Completion): boolean => POSSIBLE.has(completion);

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
      runExport(machine, node, scope);
      return NORMAL;
    case "ExportDefaultDeclaration":
      exportDefault(machine, node, scope);
      return NORMAL;
    case "TSExportAssignment":
      scope.module.moduleExports = machine.evaluate(node.expression, scope);
      return NORMAL;
    case "TSEnumDeclaration":
      scope.declare(node.id.name, unknown("an enum"));
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

function runIf(machine: Machine, node: t.IfStatement, scope: Scope): Completion {
  const test = machine.evaluate(node.test, scope);
  const label = sourceOf(scope, node.test);
  const yes = branch(test, true, label);
  const no = branch(test, false, `!(${label})`);
  const first =
    yes === "never"
      ? NORMAL
      : under(machine, asCondition(yes), () => runStatement(machine, node.consequent, scope));
  const alternate = node.alternate;
  const second =
    no === "never" || !alternate
      ? NORMAL
      : under(machine, asCondition(no), () => runStatement(machine, alternate, scope));
  if (yes === "always") return first;
  if (no === "always") return second;
  return either(first, second);
}

const asCondition = (found: Condition | "always" | "never"): Condition | undefined =>
  typeof found === "string" ? undefined : found;

function either(first: Completion, second: Completion): Completion {
  if (first.type === "return" && second.type === "return") {
    const value = join(first.value, second.value);
    return isPossible(first) || isPossible(second) ? possible(value) : { type: "return", value };
  }
  if (first.type === "return") return second.type === "stop" ? first : possible(first.value);
  if (second.type === "return") return first.type === "stop" ? second : possible(second.value);
  return first.type === "stop" && second.type === "stop" ? STOP : NORMAL;
}

function runTry(machine: Machine, node: t.TryStatement, scope: Scope): Completion {
  const done = runStatement(machine, node.block, scope);
  const { handler, finalizer } = node;
  if (handler) {
    const inner = new Scope(scope.module, scope, machine.conditions.length);
    if (handler.param) machine.bind(handler.param, unknown("a caught error"), inner);
    under(machine, { mode: "maybe", text: "catch" }, () => machine.run(handler.body.body, inner));
  }
  if (finalizer) runStatement(machine, finalizer, scope);
  return done.type === "stop" ? NORMAL : done;
}

function runSwitch(machine: Machine, node: t.SwitchStatement, scope: Scope): Completion {
  const inner = new Scope(scope.module, scope, machine.conditions.length);
  const subject = machine.evaluate(node.discriminant, scope);
  const chosen = caseOf(machine, node, subject, inner);
  if (chosen !== undefined) return runCases(machine, node.cases.slice(chosen), inner);
  for (const one of node.cases) {
    const label = one.test ? sourceOf(scope, one.test) : "default";
    const test = one.test ? machine.evaluate(one.test, scope) : undefined;
    const literal = test?.k === "prim" && typeof test.v === "string" ? test.v : undefined;
    const dev =
      subject.k === "env" && subject.name === "NODE_ENV" && literal !== undefined && literal !== "production";
    under(machine, { mode: dev ? "dev" : "maybe", text: label }, () => machine.run(one.consequent, inner));
  }
  return NORMAL;
}

/** Where execution enters, when the subject and all labels are literals; `undefined` when it depends. */
function caseOf(machine: Machine, node: t.SwitchStatement, subject: Value, scope: Scope): number | undefined {
  if (subject.k !== "prim") return undefined;
  const labels = node.cases.map((one) => (one.test ? machine.evaluate(one.test, scope) : undefined));
  if (labels.some((one) => one !== undefined && one.k !== "prim")) return undefined;
  const found = labels.findIndex((one) => one?.k === "prim" && one.v === subject.v);
  const fallback = labels.indexOf(undefined);
  return found === -1 ? (fallback === -1 ? labels.length : fallback) : found;
}

/** From the case that was entered to the first that ends with `break` or `return`. */
function runCases(machine: Machine, cases: readonly t.SwitchCase[], scope: Scope): Completion {
  for (const one of cases) {
    const completion = machine.run(one.consequent, scope);
    if (completion.type === "return") return completion;
    if (completion.type === "stop") return NORMAL;
  }
  return NORMAL;
}

function runForOf(machine: Machine, node: t.ForOfStatement, scope: Scope): Completion {
  const source = machine.evaluate(node.right, scope);
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
  runStatement(machine, body, inner);
}

type Loop = t.ForInStatement | t.ForStatement | t.WhileStatement | t.DoWhileStatement;

function runLoop(machine: Machine, node: Loop, scope: Scope): Completion {
  const inner = new Scope(scope.module, scope, machine.conditions.length);
  if (node.type === "ForStatement" && node.init?.type === "VariableDeclaration") {
    for (const one of node.init.declarations) machine.bind(one.id, unknown("a loop counter"), inner);
  }
  if (node.type === "ForInStatement" && node.left.type === "VariableDeclaration") {
    for (const one of node.left.declarations) machine.bind(one.id, unknown("a key"), inner);
  }
  under(machine, { mode: "maybe", text: "loop" }, () => runStatement(machine, node.body, inner));
  return NORMAL;
}

function runExport(machine: Machine, node: t.ExportNamedDeclaration, scope: Scope): void {
  const { exports } = scope.module;
  if (node.declaration) {
    runStatement(machine, node.declaration, scope);
    for (const name of declaredNames(node.declaration))
      exports.props.set(name, scope.lookup(name) ?? unknown(name));
  }
}

function declaredNames(node: t.Statement): readonly string[] {
  if (node.type === "VariableDeclaration") return node.declarations.flatMap((one) => namesIn(one.id));
  return "id" in node && node.id && node.id.type === "Identifier" ? [node.id.name] : [];
}

function namesIn(pattern: t.Node): readonly string[] {
  if (pattern.type === "Identifier") return [pattern.name];
  if (pattern.type === "ObjectPattern") {
    return pattern.properties.flatMap((one) =>
      namesIn(one.type === "RestElement" ? one.argument : one.value),
    );
  }
  if (pattern.type === "AssignmentPattern") return namesIn(pattern.left);
  if (pattern.type === "ArrayPattern")
    return pattern.elements.flatMap((one) => (one === null ? [] : namesIn(one)));
  return [];
}

function exportDefault(machine: Machine, node: t.ExportDefaultDeclaration, scope: Scope): void {
  const { declaration } = node;
  const value = machine.evaluate(declaration, scope);
  if (
    (declaration.type === "FunctionDeclaration" || declaration.type === "ClassDeclaration") &&
    declaration.id
  ) {
    scope.declare(declaration.id.name, value);
  }
  scope.module.exports.props.set("default", value);
}

export function sourceOf(scope: Scope, node: t.Node): string {
  const raw = scope.module.text.slice(node.start ?? 0, node.end ?? 0).replace(/\s+/g, " ");
  return raw.length > 60 ? `${raw.slice(0, 57)}...` : raw;
}
