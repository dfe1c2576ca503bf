import type { ExpressMajor } from "../model/app.ts";
import type { Program } from "../model/program.ts";
import type { Value } from "../model/values.ts";
import type { Node, t } from "../parse/ast.ts";
import { remembered } from "../remembered.ts";
import type { NodeContext, Rule } from "../rules/rule.ts";
import { mentions } from "../rules/kit/mentions.ts";
import { calleeAsWritten } from "../rules/kit/nodes.ts";
import { contextFor, ruleFailed, type Results } from "./context.ts";

/** What one rule does at nodes of one type. */
interface Visit {
  readonly rule: Rule;
  readonly visitor: NonNullable<Rule["visit"]>[string];
}

type Visits = ReadonlyMap<string, readonly Visit[]>;

type ContextOf = (rule: Rule) => NodeContext | undefined;

/** Shows every node to the rules that asked for its type, all of them before the next node: they share what they find out about it. */
export function runVisitors(program: Program, rules: readonly Rule[], results: Results): void {
  const ofProgram = remembered((rule: Rule) => contextFor(program, rule, "source", results));
  for (const module of program.modules) {
    const express = program.packages.expressFor(module.path);
    const value = (node: t.Node): Value => program.valueAt(module, node);
    // Most rules have nothing to say about most modules, and need no context there.
    const contextOf = remembered((rule: Rule): NodeContext | undefined =>
      rule.needs !== undefined && !mentions(module, rule.needs)
        ? undefined
        : { ...ofProgram(rule), module, express, value },
    );
    for (const [type, visits] of visitsFor(rules)(express)) {
      const nodes = module.index.get(type);
      if (nodes !== undefined) visitNodes(nodes, visits, contextOf, results);
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

/** By index: a few hundred thousand pairs of node and rule, and each step of `for ... of` makes an object until it is hot. */
function visitNodes(
  nodes: readonly Node[],
  visits: readonly Visit[],
  contextOf: ContextOf,
  results: Results,
): void {
  const { all, named } = chosen(visits);
  const contexts: (NodeContext | "none" | undefined)[] = [];
  for (let i = 0; i < nodes.length; i += 1) {
    const node = nodes[i];
    if (node === undefined) continue;
    const wanted = node.type === "CallExpression" ? named(calleeAsWritten(node)) : all;
    for (let k = 0; k < wanted.length; k += 1) {
      const at = wanted[k] ?? 0;
      const visit = visits[at];
      if (visit === undefined) continue;
      const context = (contexts[at] ??= contextOf(visit.rule) ?? "none");
      if (context === "none") continue;
      try {
        visit.visitor(node, context);
      } catch (error) {
        contexts[at] = "none"; // Once is enough for these nodes of this file.
        ruleFailed(visit.rule, error, results, { module: context.module, node });
      }
    }
  }
}

/** A project has far fewer names than calls, and fifty rules have something to say about calls: whose they are is asked once for each name. */
const chosen = remembered((visits: readonly Visit[]) => {
  const all = visits.map((_, at) => at);
  const byName = new Map<string, readonly number[]>();
  const named = (name: string): readonly number[] => {
    let wanted = byName.get(name);
    if (wanted === undefined) {
      if (byName.size >= MAX_NAMES) byName.clear();
      wanted = all.filter((at) => visits[at]?.rule.callees?.some((one) => one.test(name)) ?? true);
      byName.set(name, wanted);
    }
    return wanted;
  };
  return { all, named };
});

/** A long-lived process checks many projects. */
const MAX_NAMES = 20_000;
