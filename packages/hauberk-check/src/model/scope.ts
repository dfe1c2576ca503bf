import type { t } from "../parse/ast.ts";
import type { Module } from "./module.ts";
import type { Value } from "./values.ts";

/** Variables of one block, function or module while it is read. */
export class Scope {
  readonly parent: Scope | undefined;
  readonly module: Module;
  readonly self: Value | undefined;
  readonly vars: Map<string, Value> = new Map();
  /** How many open conditions surrounded the scope when it was made; assignments under more are only possible. */
  readonly conditionDepth: number;

  constructor(module: Module, parent: Scope | undefined, conditionDepth: number, self?: Value) {
    this.module = module;
    this.parent = parent;
    this.conditionDepth = conditionDepth;
    this.self = self ?? parent?.self;
  }

  lookup(name: string): Value | undefined {
    return this.vars.get(name) ?? this.parent?.lookup(name);
  }

  owner(name: string): Scope | undefined {
    return this.vars.has(name) ? this : this.parent?.owner(name);
  }

  declare(name: string, value: Value): void {
    this.vars.set(name, value);
  }
}

/** A line of source to quote in a message, cut to 60 characters. */
export function sourceOf(scope: Scope, node: t.Node): string {
  const raw = scope.module.text.slice(node.start ?? 0, node.end ?? 0).replace(/\s+/g, " ");
  return raw.length > 60 ? `${raw.slice(0, 57)}...` : raw;
}
