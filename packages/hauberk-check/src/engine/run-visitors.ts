import type { ExpressMajor } from "../model/app.ts";
import { LexicalScope } from "../model/lexical.ts";
import type { Module } from "../model/module.ts";
import type { Program } from "../model/program.ts";
import type { Node } from "../parse/ast.ts";
import type { NodeContext, Rule } from "../rules/rule.ts";
import { contextFor, ruleFailed, type Results } from "./context.ts";

type Visitor = NonNullable<Rule["visit"]>[string];

/** What one rule does at nodes of one type; the context is that of the module being visited. */
interface Visit {
  readonly rule: Rule;
  readonly visitor: Visitor;
  context: NodeContext | undefined;
}

/** Shows every node to the rules that asked for its type, all of them before the next node: they share what they find out about it. */
export function runVisitors(program: Program, rules: readonly Rule[], results: Results): void {
  const visits = new Map<string, Visit[]>();
  for (const rule of rules)
    for (const [type, visitor] of Object.entries(rule.visit ?? {})) {
      const others = visits.get(type);
      const visit: Visit = { rule, visitor, context: undefined };
      if (others === undefined) visits.set(type, [visit]);
      else others.push(visit);
    }
  for (const module of program.modules) visitModule(program, visits, module, results);
}

function visitModule(
  program: Program,
  visits: ReadonlyMap<string, readonly Visit[]>,
  module: Module,
  results: Results,
): void {
  const express = program.packages.expressFor(module.path);
  for (const [type, all] of visits) {
    const nodes = module.index.get(type);
    if (nodes === undefined) continue;
    const visiting = all.filter(({ rule }) => rule.express.includes(express));
    for (const one of visiting) one.context = nodeContext(program, one.rule, module, express, results);
    visitNodes(nodes, visiting, module, results);
  }
}

/** By index: a few hundred thousand pairs of node and rule, and each step of `for ... of` makes an object until it is hot. */
function visitNodes(
  nodes: readonly Node[],
  visiting: readonly Visit[],
  module: Module,
  results: Results,
): void {
  for (let i = 0; i < nodes.length; i += 1) {
    const node = nodes[i];
    for (let k = 0; k < visiting.length; k += 1) {
      const one = visiting[k];
      if (node === undefined || one?.context === undefined) continue;
      try {
        one.visitor(node, one.context);
      } catch (error) {
        one.context = undefined; // Once is enough for these nodes of this file.
        ruleFailed(one.rule, error, results, { module, node });
      }
    }
  }
}

function nodeContext(
  program: Program,
  rule: Rule,
  module: Module,
  express: ExpressMajor,
  results: Results,
): NodeContext {
  const { report, unchecked } = contextFor(program, rule, "source", results);
  return {
    program,
    report,
    unchecked,
    module,
    express,
    value: (node) => program.machine.evaluate(node, new LexicalScope(program.machine, module, node)),
  };
}
