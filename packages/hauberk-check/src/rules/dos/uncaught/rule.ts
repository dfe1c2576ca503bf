import type { Program } from "../../../model/program.ts";
import { handlerAround, type HandlerNames } from "../../kit/nodes.ts";
import { named } from "../../kit/request-data.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import { remembered } from "../../../remembered.ts";
import type { t } from "../../../parse/ast.ts";
import { callbackOf, type Late } from "./late.ts";
import { partGiven } from "./part-given.ts";
import { untestedRecord } from "./records.ts";
import { unheardStream } from "./streams.ts";
import { parsedIn, thrownIn } from "./thrown.ts";

export const rule: Rule = defineRule({
  id: "dos/uncaught",
  title: "An error in a callback ends the process",
  severity: "medium",
  confidence: "high",
  cwe: [248],
  asvs: ["16.5.4"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Express catches what a handler throws. What a callback throws later reaches nobody, and Node.js ends: one request, and nobody is answered any more.",
  fix: "Pass errors on with `next(error)`, ask whether there is a record, and put what may throw in the callback into a `try`.",
  visit: {
    CallExpression(node, context) {
      if (node.type !== "CallExpression") return;
      const late = callbackOf(node);
      const handler = late === undefined && !isPipe(node) ? undefined : handlerAround(node);
      if (handler === undefined || isHandled(context.program)) return;
      if (late !== undefined) checkCallback(node, late, handler, context);
      else checkStream(node, handler, context);
    },
  },
});

/** The app says itself what becomes of errors that nothing catches. */
const isHandled = remembered(
  (program: Program) =>
    program.mention(/uncaughtException|unhandledRejection|["'](?:node:)?domain["']/) !== undefined,
);

const isPipe = ({ callee }: t.CallExpression): boolean =>
  callee.type === "MemberExpression" &&
  callee.property.type === "Identifier" &&
  callee.property.name === "pipe";

function checkCallback(
  call: t.CallExpression,
  late: Late,
  handler: HandlerNames,
  { module, report }: NodeContext,
): void {
  const part = partGiven(call, handler);
  const thrown = thrownIn(late.fn);
  // What was asked for without the client's help fails with the machine.
  if (thrown !== undefined && (part !== undefined ? late.asks !== undefined : late.nothing !== undefined))
    report({
      at: { module, node: thrown },
      message: `Where ${late.asks} fails, its callback throws, and the process ends.`,
      ...(part === undefined && { severity: "low" }),
    });
  const parsed = parsedIn(late, handler);
  if (parsed !== undefined)
    report({
      at: { module, node: parsed },
      message: "What the client sent is parsed in a callback: a text that is no JSON ends the process.",
    });
  const record = part === undefined ? undefined : untestedRecord(call, late, handler);
  if (record !== undefined && part !== undefined)
    report({
      at: { module, node: record.use },
      message: `Where nothing is found for ${named(part)}, ${record.name} is ${record.is}, and the process ends.`,
    });
}

function checkStream(call: t.CallExpression, handler: HandlerNames, { module, report }: NodeContext): void {
  const part = unheardStream(call, handler, module);
  if (part !== undefined)
    report({
      at: { module, node: call },
      message: `Where there is no file for ${named(part)}, the stream fails, nothing listens, and the process ends.`,
      fix: 'Use `res.sendFile()` or `pipeline()`, or listen: `stream.on("error", next)`.',
    });
}
