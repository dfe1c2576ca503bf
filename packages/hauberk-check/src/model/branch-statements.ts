import type { t } from "../parse/ast.ts";
import { byMode } from "./alternatives.ts";
import type { Condition } from "./app.ts";
import { either, isPossible, NORMAL, possible, type Completion } from "./completions.ts";
import { under, type Machine } from "./machine.ts";
import { binary, branch } from "./operators.ts";
import { Scope, sourceOf } from "./scope.ts";
import { truthiness } from "./truthiness.ts";
import { unknown, type Value } from "./values.ts";

/** `if`: both arms run where the test is not known, under a condition that says so. */
export function runIf(machine: Machine, node: t.IfStatement, scope: Scope): Completion {
  const test = machine.evaluate(node.test, scope);
  const label = sourceOf(scope, node.test);
  const yes = branch(test, true, label);
  const no = branch(test, false, `!(${label})`);
  const first =
    yes === "never"
      ? NORMAL
      : returnUnder(
          yes,
          under(machine, asCondition(yes), () => machine.run([node.consequent], scope)),
        );
  const alternate = node.alternate;
  const second =
    no === "never" || !alternate
      ? NORMAL
      : returnUnder(
          no,
          under(machine, asCondition(no), () => machine.run([alternate], scope)),
        );
  if (yes === "always") return first;
  if (no === "always") return second;
  return either(first, second);
}

/** `if (!production) return fallback; throw ...`: production never sees what development falls back to. */
function returnUnder(found: Condition | "always" | "never", done: Completion): Completion {
  if (asCondition(found)?.mode !== "dev" || done.type !== "return") return done;
  const value = byMode(unknown("only development gets that far"), done.value);
  return isPossible(done) ? possible(value) : { type: "return", value };
}

const asCondition = (found: Condition | "always" | "never"): Condition | undefined =>
  typeof found === "string" ? undefined : found;

/** `try`: the handler may run, the finalizer does. */
export function runTry(machine: Machine, node: t.TryStatement, scope: Scope): Completion {
  const done = machine.run([node.block], scope);
  const { handler, finalizer } = node;
  if (handler) {
    const inner = new Scope(scope.module, scope, machine.conditions.length);
    if (handler.param) machine.bind(handler.param, unknown("a caught error"), inner);
    under(machine, { mode: "maybe", text: "catch" }, () => machine.run(handler.body.body, inner));
  }
  if (finalizer) machine.run([finalizer], scope);
  return done.type === "stop" ? NORMAL : done;
}

/** `switch`, with the cases of NODE_ENV told apart. */
export function runSwitch(machine: Machine, node: t.SwitchStatement, scope: Scope): Completion {
  const inner = new Scope(scope.module, scope, machine.conditions.length);
  const subject = machine.evaluate(node.discriminant, scope);
  const chosen = caseOf(machine, node, subject, inner);
  if (chosen !== undefined) return runCases(machine, node.cases.slice(chosen), inner);
  const production = productionCase(machine, node, subject, inner);
  let done: Completion | undefined;
  for (const [i, one] of node.cases.entries()) {
    const label = one.test ? sourceOf(scope, one.test) : "default";
    const mode = production === undefined ? "maybe" : production === i ? "prod" : "dev";
    const condition: Condition = { mode, text: label };
    const ended = under(machine, condition, () =>
      runCases(machine, node.cases.slice(i, mode === "prod" ? undefined : i + 1), inner),
    );
    const now = mode === "dev" ? NORMAL : ended;
    if (production === undefined || production === i) done = done === undefined ? now : either(done, now);
  }
  const isWhole = production !== undefined || node.cases.some((one) => !one.test);
  return done === undefined ? NORMAL : isWhole ? done : either(done, NORMAL);
}

/** The case that NODE_ENV=production takes; `undefined` where something else decides. */
function productionCase(
  machine: Machine,
  node: t.SwitchStatement,
  subject: Value,
  scope: Scope,
): number | undefined {
  const tests = node.cases.map(({ test }) =>
    test
      ? binary("===", subject, machine.evaluate(test, scope), { module: scope.module, node: test })
      : undefined,
  );
  if (tests.some((test) => test !== undefined && test.k !== "mode")) return undefined;
  const found = tests.findIndex((test) => test?.k === "mode" && truthiness(test.prod) === true);
  const fallback = tests.indexOf(undefined);
  return found !== -1 ? found : fallback === -1 ? undefined : fallback;
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
