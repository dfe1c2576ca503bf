import { isSession } from "../engine/protections.ts";
import { contextFor, type Results } from "../engine/context.ts";
import { runAppRules } from "../engine/run-rules.ts";
import type { HandlerFacts } from "../model/handler-facts.ts";
import type { Part } from "../model/parts.ts";
import type { Program } from "../model/program.ts";
import { nameOf, prim, type Value } from "../model/values.ts";
import { allParts, viewOf, type AppView } from "../model/view.ts";
import type { PackageCall, Rule } from "../rules/rule.ts";
import { buildModel } from "./build.ts";
import { relocate } from "./relocate.ts";
import type { StackApp, StackFunction } from "./facts.ts";

export interface StackResults {
  readonly results: Results;
  readonly view: AppView;
  /** The calls whose options were read from the running app. */
  readonly calls: readonly PackageCall[];
}

/** Runs the rules over what the running app is made of; `undefined` when nothing in it belongs to the project. */
export function runStackRules(
  program: Program,
  rules: readonly Rule[],
  stack: StackApp,
  root: string,
  file: string | undefined,
): StackResults | undefined {
  const built = buildModel(program, relocate(stack, program, root), root, file);
  if (built === undefined) return undefined;
  const applicable = rules.filter((rule) => rule.lenses.includes("stack"));
  const view = observed(viewOf(program.machine, built.app, "stack", false), built.functions);
  const results: Results = { found: [], unchecked: [] };
  runAppRules(program, applicable, [view], "stack", results);
  const calls = callsOf(view, built.functions);
  for (const call of calls) {
    for (const rule of applicable) {
      if (rule.call?.names.includes(call.name) === true && rule.express.includes(call.express))
        rule.call.run(call, contextFor(program, rule, "stack", results, view, call.site));
    }
  }
  return { results, view, calls };
}

/** Where the running middleware was seen to set headers, that replaces what its name promises. */
function observed(view: AppView, functions: ReadonlyMap<Value, StackFunction>): AppView {
  const change = (part: Part): Part => {
    const fn = functions.get(part.value);
    // Protection is protection, whatever its package is called.
    if (fn?.refusesForged === true) return { ...part, role: "csrf" };
    if (fn?.limits === true) return { ...part, role: "rate-limit" };
    if (fn?.keepsSessions === true && !isSession(part)) return { ...part, role: "session" };
    if (fn?.headers === undefined) return part;
    const headers = new Map(
      Object.entries(fn.headers).map(([name, value]): [string, Value] => [name, prim(value)]),
    );
    // helmet sends these unless told not to.
    if (fn.package === "helmet" && fn.name === "helmetMiddleware")
      for (const name of HELMET_DEFAULTS) if (!headers.has(name)) headers.set(name, prim(false));
    const role = headers.size > 0 && /^(?:other|unknown|locals)$/.test(part.role) ? "headers" : part.role;
    return {
      ...part,
      role,
      facts: { ...copyOf(part.facts ?? NOTHING), headers, removesPoweredBy: fn.removesPoweredBy },
    };
  };
  return {
    ...view,
    steps: view.steps.map((step) => ({ ...step, parts: step.parts.map(change) })),
    endpoints: view.endpoints.map((one) => ({ ...one, parts: one.parts.map(change) })),
  };
}

const HELMET_DEFAULTS = [
  "content-security-policy",
  "x-frame-options",
  "x-content-type-options",
  "strict-transport-security",
  "referrer-policy",
];

const NOTHING: HandlerFacts = {
  headers: new Map(),
  sometimes: new Set(),
  removesPoweredBy: false,
  delegates: [],
  refuses: false,
  rejects: false,
  readsOrigin: false,
  readsToken: false,
  readsUser: false,
  readsCredentials: false,
  callsNext: true,
  isErrorHandler: false,
  locals: new Set(),
  counts: false,
  redirectsToHttps: false,
  redirectsToLogin: false,
  source: "",
};

/** Facts are found when asked for, so a copy has to ask for each. */
function copyOf(facts: HandlerFacts): HandlerFacts {
  const names = Object.keys(NOTHING) as (keyof HandlerFacts)[];
  return { ...NOTHING, ...Object.fromEntries(names.map((name) => [name, facts[name]])) };
}

function callsOf(view: AppView, functions: ReadonlyMap<Value, StackFunction>): readonly PackageCall[] {
  const seen = new Set<Value>();
  return allParts(view).flatMap(({ part }): PackageCall[] => {
    const { value } = part;
    if (
      value.k !== "call" ||
      value.callee.k !== "pkg" ||
      seen.has(value) ||
      functions.get(value)?.args === undefined
    )
      return [];
    seen.add(value);
    return [
      {
        name: nameOf(value.callee).replace(/\.default\b/, ""),
        args: value.args,
        site: value.site,
        express: view.express,
      },
    ];
  });
}
