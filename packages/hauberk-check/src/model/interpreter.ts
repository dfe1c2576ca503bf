import type { FunctionNode } from "../parse/ast.ts";
import type { App, Condition, ExpressMajor } from "./app.ts";
import { Budget } from "./budget.ts";
import { callFunction, invoke } from "./calls.ts";
import { construct } from "./construct.ts";
import { evaluate } from "./expressions.ts";
import type { Machine } from "./machine.ts";
import { member } from "./members.ts";
import { importValue, loadValue } from "./modules.ts";
import { assign, bind } from "./patterns.ts";
import type { Program } from "./program.ts";
import { runStatements } from "./statements.ts";
import { unknown, type Site, type Value } from "./values.ts";

/** Expressions within expressions, through calls as well: what is deeper would be the end of the stack. */
const MAX_DEPTH = 1_000;

export function createMachine(
  program: Program,
  expressOf: (path: string) => ExpressMajor,
  budget: Budget = new Budget(),
): Machine {
  const apps: App[] = [];
  let depth = 0;
  const notes = new Set<string>();
  const machine: Machine = {
    program,
    apps,
    conditions: [] as Condition[],
    executed: new Set<FunctionNode>(),
    calling: [],
    idleSteps: new Map(),
    changes: 0,
    get steps() {
      return budget.spent;
    },
    closures: new WeakMap(),
    calls: [],
    later: [],
    readFrom: 0,
    notes,
    spend() {
      const isLeft = budget.spend();
      if (!isLeft)
        notes.add("the set-up code is larger than the reader follows; what comes late is not checked");
      return isLeft;
    },
    evaluate(node, scope) {
      if (!budget.spend()) return unknown("reading budget spent");
      if (depth >= MAX_DEPTH) return unknown("an expression nested too deep");
      depth += 1;
      try {
        return evaluate(machine, node, scope);
      } finally {
        depth -= 1;
      }
    },
    run: (statements, scope) => runStatements(machine, statements, scope),
    call: (fn, args, self) => callFunction(machine, fn, args, self),
    construct: (cls, args, site) => construct(machine, cls, args, site),
    invoke: (callee, args, site, isNew) => invoke(machine, callee, args, site, isNew),
    bind: (pattern, value, scope) => {
      bind(machine, pattern, value, scope);
    },
    assign: (target, value, scope) => {
      assign(machine, target, value, scope);
    },
    member: (holder, name, site) => member(holder, name, site),
    load: (module) => loadValue(machine, module),
    import: (specifier, from, site) => importValue(machine, specifier, from, site),
    newApp: (kind, site, options) => ({
      k: "app",
      app: addApp(apps, kind, site, options, expressOf(site.module.path), machine.conditions.length),
    }),
  };
  return machine;
}

function addApp(
  apps: App[],
  kind: App["kind"],
  site: Site,
  options: Value | undefined,
  express: ExpressMajor,
  born: number,
): App {
  const app: App = {
    id: apps.length,
    kind,
    site,
    layers: [],
    settings: [],
    holes: [],
    listens: [],
    locals: new Set(),
    props: new Map(),
    synthetic: false,
    born,
    express,
    options,
  };
  apps.push(app);
  return app;
}
