import { isKnown } from "../../../model/values.ts";
import { ancestors } from "../../../parse/ast.ts";
import { optionsOf } from "../../kit/options.ts";
import type { Context, PackageCall } from "../../rule.ts";

const KEPT = /\b(?:password|passwordHash|(?:access|refresh|reset)_?token)\b/i;
const CONDITIONS = /^(?:IfStatement|ConditionalExpression|LogicalExpression|SwitchCase)$/;

/** `mongoose.set("debug", true)` outside of any condition: each query is printed with its values. */
export function checkDebug(call: PackageCall, { program, report }: Context): void {
  const { node } = call.site;
  if (!isKnown(optionsOf(call, 0), "debug") || !isKnown(optionsOf(call, 1), true)) return;
  const isConditional = ancestors(node).some((up) => CONDITIONS.test(up.type));
  if (!isConditional && program.mention(KEPT) !== undefined)
    report({
      at: call.site,
      message: "Mongoose prints every query with its values, passwords and tokens among them.",
    });
}
