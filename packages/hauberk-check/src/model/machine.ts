import type { FunctionNode, t } from "../parse/ast.ts";
import type { App, Condition } from "./app.ts";
import type { Completion } from "./completions.ts";
import type { Module } from "./module.ts";
import type { Program } from "./program.ts";
import type { Scope } from "./scope.ts";
import type { Call, Class, Fn, Site, Value } from "./values.ts";

export interface Closure {
  readonly scope: Scope;
  readonly self: Value | undefined;
}

interface MadeCall {
  readonly call: Call;
  readonly conditions: readonly Condition[];
}

/**
 * Reads the set-up code of a project in the order Node would run it, with values instead of effects.
 * The parts (statements, expressions, calls) live in their own files and reach each other through this interface.
 */
export interface Machine {
  readonly program: Program;
  readonly apps: App[];
  readonly conditions: Condition[];
  readonly executed: Set<FunctionNode>;
  readonly calling: FunctionNode[];
  /** Steps spent in the calls of a function that changed no app. */
  readonly idleSteps: Map<FunctionNode, number>;
  /** How many calls made or changed an app. */
  changes: number;
  /** How many steps were spent. */
  readonly steps: number;
  /** Where functions were made: what they close over, and their `this`. */
  readonly closures: WeakMap<FunctionNode, Closure>;
  /** Calls into packages, in the order they were made. */
  readonly calls: MadeCall[];
  /** What waits for a promise while a module is read: Node runs it when the module has ended. */
  later: (() => void)[];
  /** How many functions were being called when that module was asked for: `async () => (await import("./server")).start()`. */
  readFrom: number;
  /** Limits that were reached. */
  readonly notes: Set<string>;
  spend(): boolean;
  evaluate(node: t.Node, scope: Scope): Value;
  run(statements: readonly t.Statement[], scope: Scope): Completion;
  call(fn: Fn, args: readonly Value[], self?: Value): Value;
  construct(cls: Class, args: readonly Value[], site: Site): Value;
  invoke(callee: Value, args: readonly Value[], site: Site, isNew: boolean): Value;
  bind(pattern: t.Node, value: Value, scope: Scope): void;
  assign(target: t.Node, value: Value, scope: Scope): void;
  member(object: Value, name: string, site: Site): Value;
  load(module: Module): Value;
  import(specifier: string, from: Module, site: Site): Value;
  newApp(kind: App["kind"], site: Site, options?: Value): Value;
}

/** Runs `body` with one more condition on the pile; a condition that always holds adds nothing. */
export function under<T>(machine: Machine, condition: Condition | undefined, body: () => T): T {
  if (condition === undefined) return body();
  machine.conditions.push(condition);
  try {
    return body();
  } finally {
    machine.conditions.pop();
  }
}
