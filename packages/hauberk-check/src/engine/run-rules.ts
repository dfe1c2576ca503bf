import { inDevelopmentOnly } from "../model/app.ts";
import type { Module } from "../model/module.ts";
import type { Program } from "../model/program.ts";
import { nameOf, rootPackage, type Call } from "../model/values.ts";
import type { AppView } from "../model/view.ts";
import {
  isAuxiliary,
  isDatabaseFile,
  isDatabaseSettings,
  isDeployment,
  isKey,
  isPage,
  isTemplate,
  isTestOrBuild,
} from "../files/kinds.ts";
import type { Skipped } from "../files/project-files.ts";
import { placeIn } from "../rules/places.ts";
import type { Lens, PackageCall, Place, Rule } from "../rules/rule.ts";
import { contextFor, ruleFailed, type Results } from "./context.ts";
import { doubtsOf } from "./doubts.ts";
import { leftmostIdentifier } from "./leftmost.ts";
import { runVisitors } from "./run-visitors.ts";
import { isJsonFile, unread, unreadLocks } from "./unread.ts";
import { boundNames, type t } from "../parse/ast.ts";
import { remembered } from "../remembered.ts";

/** With the files that rules would have looked at, and that tell nothing. */
interface SourceResults extends Results {
  readonly unread: Skipped[];
}

/** Runs the rules of the source lens over a program. */
export function runSourceRules(
  program: Program,
  rules: readonly Rule[],
  views: readonly AppView[],
): SourceResults {
  const results: SourceResults = {
    found: [],
    unchecked: [],
    unread: unreadLocks(program.packages.brokenLocks).slice(),
  };
  runAppRules(program, rules, views, "source", results);
  runCallRules(program, rules, results);
  runVisitors(program, rules, results);
  runFileRules(program, rules, results);
  return results;
}

export function runAppRules(
  program: Program,
  rules: readonly Rule[],
  views: readonly AppView[],
  lens: Lens,
  results: Results,
): void {
  for (const view of views) {
    const doubts = doubtsOf(view);
    for (const rule of rules) {
      if (rule.app === undefined || !rule.express.includes(view.express)) continue;
      if (view.partial && rule.wholeApp === true) continue;
      try {
        rule.app({ ...contextFor(program, rule, lens, results, view), view, doubts });
      } catch (error) {
        ruleFailed(rule, error, results, undefined, view);
      }
    }
  }
}

function runCallRules(program: Program, rules: readonly Rule[], results: Results): void {
  const { wanted, packages } = wantedCalls(rules);
  if (wanted.size === 0) return;
  for (const call of packageCalls(program, packages)) {
    for (const rule of wanted.get(call.name) ?? []) {
      if (!rule.express.includes(call.express)) continue;
      try {
        rule.call?.run(call, contextFor(program, rule, "source", results, undefined, call.site));
      } catch (error) {
        ruleFailed(rule, error, results, call.site);
      }
    }
  }
}

/** Which rules ask for which calls, and of which packages these are. */
const wantedCalls = remembered((rules: readonly Rule[]) => {
  const wanted = new Map<string, Rule[]>();
  for (const rule of rules)
    for (const name of rule.call?.names ?? []) wanted.set(name, [...(wanted.get(name) ?? []), rule]);
  return { wanted, packages: new Set([...wanted.keys()].map((name) => packageName(name))) };
});

/** The package of `jsonwebtoken.verify` is what stands before the dot; `socket.io` has one in its own name. */
function packageName(name: string): string {
  return /^[^.]+(?:\.(?:io|js)(?=\.|$))?/.exec(name)?.[0] ?? name;
}

/** Calls made while the set-up was read, then those inside functions that never ran. */
function packageCalls(program: Program, packages: ReadonlySet<string>): readonly PackageCall[] {
  const made = program.machine.calls.filter((one) => !inDevelopmentOnly(one.conditions));
  const seen = new Set<t.Node>(program.machine.calls.map((one) => one.call.site.node));
  const found = made.flatMap(({ call }) => toPackageCall(program, call, packages));
  for (const module of program.modules) {
    for (const type of ["CallExpression", "NewExpression"]) {
      for (const node of module.index.get(type) ?? []) {
        if (seen.has(node) || !mayBePackage(module, node, packages)) continue;
        const value = program.valueAt(module, node);
        if (value.k === "call" && value.site.node === node)
          found.push(...toPackageCall(program, value, packages));
      }
    }
  }
  return found;
}

function mayBePackage(module: Module, node: t.Node, packages: ReadonlySet<string>): boolean {
  const name = leftmostIdentifier(node);
  if (name === undefined) return false;
  if (name === "require") return true;
  const value = module.scope?.lookup(name);
  if (value === undefined) return localRequires(module).has(name);
  const root = rootPackage(value);
  return root !== undefined && packages.has(root.name);
}

/** Names that a function of the module gives to what it requires itself: `const jwt = require("jsonwebtoken")`. */
const localRequires = remembered(({ index }: Module): ReadonlySet<string> => {
  const found = (index.get("VariableDeclarator") ?? []).flatMap((node) =>
    node.type === "VariableDeclarator" && node.init && leftmostIdentifier(node.init) === "require"
      ? boundNames(node.id)
      : [],
  );
  return new Set(found);
});

function toPackageCall(program: Program, call: Call, packages: ReadonlySet<string>): PackageCall[] {
  const callee = call.callee;
  const isDirect = callee.k === "pkg";
  const root = rootPackage(callee);
  if (root === undefined || !packages.has(root.name)) return [];
  const suffix = isDirect ? "" : callee.k === "member" ? `().${callee.name}` : "()()";
  const name = `${nameOf(root).replace(/\.default\b/, "")}${suffix}`;
  return [
    { name, args: call.args, site: call.site, express: program.packages.expressFor(call.site.module.path) },
  ];
}

function runFileRules(program: Program, rules: readonly Rule[], results: SourceResults): void {
  const interested = rules.filter((rule) => rule.file !== undefined);
  if (interested.length === 0) return;
  for (const path of program.list) {
    if (!FILES.some((is) => is(path))) continue;
    if (isTestOrBuild(path) || isAuxiliary(path)) continue;
    const text = program.files.read(path);
    const missed = unread(path, text);
    if (missed !== undefined) results.unread.push(missed);
    if (text === undefined) continue;
    for (const rule of interested) runFileRule(program, rule, path, text, results);
  }
}

const FILES: readonly ((path: string) => boolean)[] = [
  isTemplate,
  isPage,
  isDeployment,
  isKey,
  isJsonFile,
  isDatabaseFile,
  isDatabaseSettings,
];

function runFileRule(program: Program, rule: Rule, path: string, text: string, results: Results): void {
  const place = (start: number, end: number): Place => placeIn(path, text, start, end);
  try {
    rule.file?.({ ...contextFor(program, rule, "source", results), path, text, place });
  } catch (error) {
    ruleFailed(rule, error, results, place(0, 0));
  }
}
