import { walk, type t } from "../../../parse/ast.ts";
import type { Machine } from "../../../model/machine.ts";
import { partsOf, type Part } from "../../../model/parts.ts";
import type { Fn, Site } from "../../../model/values.ts";
import type { AppView } from "../../../model/view.ts";
import { calleeName } from "../../kit/nodes.ts";
import { catchesNot } from "./wrappers.ts";
import { defineRule, type Problem, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "dos/unhandled-async",
  title: "A rejected handler is not caught",
  severity: "medium",
  confidence: "high",
  cwe: [248],
  asvs: ["16.5.4"],
  lenses: ["source"],
  express: [3, 4],
  why: "Express 3 and 4 do not look at the promise a handler returns: the request hangs, and since Node 15 the process ends.",
  fix: "Wrap async handlers so that errors reach next(), or move to Express 5, which does it.",
  app({ view, program, report }) {
    if (
      view.lens !== "source" ||
      program.mention(/express-async-errors|express-promise-router|unhandledRejection/) !== undefined
    )
      return;
    const open = view.endpoints.flatMap((endpoint) => {
      const { parts } = endpoint;
      const part = parts.find((one) => isOpenPart(one) || isOpenBehind(one, parts, program.machine));
      return part === undefined ? [] : [{ endpoint, part }];
    });
    complain(
      open.map(({ endpoint }) => endpoint.layer.site),
      "handler",
      report,
    );
    complain(openBefore(view, program.machine), "middleware", report);
  },
});

function complain(sites: readonly Site[], kind: string, report: (problem: Problem) => void): void {
  const [first, ...others] = sites;
  if (first === undefined) return;
  const more = others.length === 0 ? "" : `, and ${String(others.length)} more like it`;
  report({ at: first, message: `This ${kind} awaits without catching${more}.` });
}

const isOpenPart = (one: Part): boolean => one.fn !== undefined && !one.wrapped && isOpen(one.fn);

const isOpenBehind = (one: Part, parts: readonly Part[], machine: Machine): boolean =>
  one.fn !== undefined && one.wrapped && isOpen(one.fn) && catchesNot(one, parts, machine);

/** What runs before the routes: `app.use(async ...)`, and `app.param("id", async ...)`. */
function openBefore(view: AppView, machine: Machine): readonly Site[] {
  const steps = view.steps.filter(({ parts }) => parts.some(isOpenPart)).map(({ layer }) => layer.site);
  const params = view.apps
    .flatMap(({ layers }) => layers)
    .filter(
      ({ kind, handlers, site }) =>
        kind === "param" && handlers.some((one) => partsOf(machine, one, site).some(isOpenPart)),
    )
    .map(({ site }) => site);
  return [...steps, ...params];
}

function isOpen(fn: Fn): boolean {
  if (!("async" in fn.node) || !fn.node.async) return false;
  let awaits = false;
  let catches = false;
  walk(fn.node.body, (node) => {
    if (node.type === "AwaitExpression") awaits ||= !isPause(node.argument);
    if (
      (node.type === "TryStatement" && !throwsOn(node)) ||
      (node.type === "MemberExpression" &&
        node.property.type === "Identifier" &&
        node.property.name === "catch")
    )
      catches = true;
  });
  return awaits && !catches;
}

/** `catch (error) { console.error(error); throw error; }`, and a `finally` alone. */
const throwsOn = ({ handler }: t.TryStatement): boolean =>
  !handler || handler.body.body.at(-1)?.type === "ThrowStatement";

/** `await new Promise((done) => setTimeout(done, 100))` and `await sleep(100)` are never refused. */
const isPause = (node: t.Node): boolean =>
  (node.type === "NewExpression" && calleeName(node) === "Promise" && mentionsTimer(node)) ||
  /^(?:sleep|delay|wait|pause)$/i.test(calleeName(node) ?? "");

function mentionsTimer(node: t.Node): boolean {
  let found = false;
  walk(node, (one) => {
    if (one.type === "Identifier" && one.name === "setTimeout") found = true;
  });
  return found;
}
