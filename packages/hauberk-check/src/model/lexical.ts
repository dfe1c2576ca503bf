import { ancestors, boundNames, isFunction, parentOf, type FunctionNode, type t } from "../parse/ast.ts";
import { join } from "./alternatives.ts";
import type { Closure, Machine } from "./machine.ts";
import type { Module } from "./module.ts";
import { Scope } from "./scope.ts";
import { UNDEFINED, unknown, type Fn, type Value } from "./values.ts";
import { remembered } from "../remembered.ts";

const MAX_DEPTH = 12;
let depth = 0;

/**
 * The variables visible at a node, found by climbing the tree: for code that is never run while the set-up is read,
 * such as the inside of a request handler. Parameters are unknown.
 */
export class LexicalScope extends Scope {
  readonly #machine: Machine;
  readonly #start: t.Node;
  readonly #stop: FunctionNode | undefined;
  readonly #outer: Scope | undefined;
  readonly #found: Map<string, Value | undefined> = new Map();

  constructor(machine: Machine, module: Module, start: t.Node, fn?: Fn) {
    const around = fn ?? closureAround(machine, start);
    super(module, undefined, 0, around?.self);
    this.#machine = machine;
    this.#start = start;
    this.#stop = around?.node;
    this.#outer = around?.scope ?? module.scope;
  }

  override lookup(name: string): Value | undefined {
    const own = this.vars.get(name);
    if (own !== undefined) return own;
    if (!this.#found.has(name)) {
      this.#found.set(name, unknown(`\`${name}\` depends on itself`));
      this.#found.set(name, this.#search(name));
    }
    return this.#found.get(name);
  }

  #search(name: string): Value | undefined {
    if (depth > MAX_DEPTH) return unknown("nested too deep");
    depth += 1;
    try {
      return this.#climb(name);
    } finally {
      depth -= 1;
    }
  }

  #climb(name: string): Value | undefined {
    for (let node: t.Node | undefined = this.#start; node !== undefined; node = parentOf(node)) {
      if (node.type === "Program") break;
      const value = this.#declaredIn(node, name);
      if (value !== undefined) return value;
      if (node === this.#stop) break;
    }
    return this.#outer?.lookup(name);
  }

  #declaredIn(node: t.Node, name: string): Value | undefined {
    if (isFunction(node)) {
      if (node.params.some((param) => mentions(param, name))) return unknown(`parameter ${name}`);
      return undefined;
    }
    if (node.type === "CatchClause")
      return node.param && mentions(node.param, name) ? unknown("a caught error") : undefined;
    if (node.type === "ForOfStatement" || node.type === "ForInStatement") {
      return node.left.type === "VariableDeclaration" &&
        node.left.declarations.some((one) => mentions(one.id, name))
        ? unknown("a loop variable")
        : undefined;
    }
    const statements =
      node.type === "BlockStatement" ? node.body : node.type === "SwitchCase" ? node.consequent : [];
    for (const statement of statements) {
      const value = this.#declaredBy(statement, name);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  #declaredBy(statement: t.Statement, name: string): Value | undefined {
    if (statement.type === "FunctionDeclaration" && statement.id?.name === name) {
      return { k: "fn", node: statement, scope: this, module: this.module, props: new Map() };
    }
    if (statement.type === "ClassDeclaration")
      return statement.id?.name === name ? unknown("a local class") : undefined;
    if (statement.type !== "VariableDeclaration") return undefined;
    const one = statement.declarations.find((declarator) => mentions(declarator.id, name));
    if (one === undefined) return undefined;
    const value = one.init ? this.#machine.evaluate(one.init, this) : UNDEFINED;
    const holder = new Scope(this.module, this, 0);
    this.#machine.bind(one.id, value, holder);
    const bound = holder.vars.get(name) ?? unknown(name);
    return statement.kind === "const" || statement.kind === "using" || !assignedNames(this.module).has(name)
      ? bound
      : join(bound, unknown(`\`${name}\` may be assigned later`));
  }
}

/** The names that anything in the module is assigned to: a `var` that is not among them keeps what it was given. */
const assignedNames = remembered(
  ({ index }: Module): ReadonlySet<string> =>
    new Set(ASSIGNING.flatMap((type) => index.get(type) ?? []).flatMap(namesAssignedBy)),
);

const ASSIGNING = ["AssignmentExpression", "UpdateExpression", "ForOfStatement", "ForInStatement"];

function namesAssignedBy(node: t.Node): readonly string[] {
  if (node.type === "UpdateExpression") return boundNames(node.argument);
  if (node.type === "AssignmentExpression") return boundNames(node.left);
  if (node.type !== "ForOfStatement" && node.type !== "ForInStatement") return [];
  const { left } = node;
  return left.type === "VariableDeclaration"
    ? left.declarations.flatMap(({ id }) => boundNames(id))
    : boundNames(left);
}

/** The nearest function above that was seen being made, with what it closed over then. */
function closureAround(
  machine: Machine,
  start: t.Node,
): (Closure & { readonly node: FunctionNode }) | undefined {
  for (const up of ancestors(start)) {
    const closure = isFunction(up) ? machine.closures.get(up) : undefined;
    if (closure !== undefined && isFunction(up)) return { ...closure, node: up };
  }
  return undefined;
}

function mentions(pattern: t.Node, name: string): boolean {
  return boundNames(pattern).includes(name);
}
