import type { ExpressMajor } from "../model/app.ts";
import type { Module } from "../model/module.ts";
import type { Program } from "../model/program.ts";
import type { Value } from "../model/values.ts";
import type { Node, t } from "../parse/ast.ts";
import { remembered } from "../remembered.ts";
import type { Context, NodeContext, Rule } from "../rules/rule.ts";
import { contextFor, ruleFailed, type Results } from "./context.ts";

/** What one rule does at nodes of one type. */
interface Visit {
  readonly rule: Rule;
  readonly visitor: NonNullable<Rule["visit"]>[string];
}

type Visits = ReadonlyMap<string, readonly Visit[]>;

/** Shows every node to the rules that asked for its type, all of them before the next node: they share what they find out about it. */
export function runVisitors(program: Program, rules: readonly Rule[], results: Results): void {
  const contexts = new Map(rules.map((rule) => [rule, contextFor(program, rule, "source", results)]));
  for (const module of program.modules) {
    const express = program.packages.expressFor(module.path);
    for (const [type, visits] of visitsFor(rules)(express)) {
      const nodes = module.index.get(type);
      if (nodes !== undefined)
        visitNodes(nodes, visits, nodeContexts(program, visits, module, express, contexts), results);
    }
  }
}

/** Which rules ask for which types of nodes, for each version of Express: many programs are shown to the same rules. */
const visitsFor = remembered((rules: readonly Rule[]): ((express: ExpressMajor) => Visits) => {
  const known = new Map<ExpressMajor, Visits>();
  return (express) => {
    let visits = known.get(express);
    if (visits === undefined) {
      visits = visitsOf(rules.filter((rule) => rule.express.includes(express)));
      known.set(express, visits);
    }
    return visits;
  };
});

function visitsOf(rules: readonly Rule[]): Visits {
  const visits = new Map<string, Visit[]>();
  for (const rule of rules)
    for (const [type, visitor] of Object.entries(rule.visit ?? {})) {
      const others = visits.get(type);
      if (others === undefined) visits.set(type, [{ rule, visitor }]);
      else others.push({ rule, visitor });
    }
  return visits;
}

/** A context for each of the visits; what does not depend on the rule is made once. */
function nodeContexts(
  program: Program,
  visits: readonly Visit[],
  module: Module,
  express: ExpressMajor,
  contexts: ReadonlyMap<Rule, Context>,
): (NodeContext | undefined)[] {
  const value = (node: t.Node): Value => program.valueAt(module, node);
  return visits.map(({ rule }) => {
    const context = contexts.get(rule);
    return (
      context && { program, report: context.report, unchecked: context.unchecked, module, express, value }
    );
  });
}

/** By index: a few hundred thousand pairs of node and rule, and each step of `for ... of` makes an object until it is hot. */
function visitNodes(
  nodes: readonly Node[],
  visits: readonly Visit[],
  contexts: (NodeContext | undefined)[],
  results: Results,
): void {
  for (let i = 0; i < nodes.length; i += 1) {
    const node = nodes[i];
    for (let k = 0; k < visits.length; k += 1) {
      const visit = visits[k];
      const context = contexts[k];
      if (node === undefined || visit === undefined || context === undefined) continue;
      try {
        visit.visitor(node, context);
      } catch (error) {
        contexts[k] = undefined; // Once is enough for these nodes of this file.
        ruleFailed(visit.rule, error, results, { module: context.module, node });
      }
    }
  }
}
