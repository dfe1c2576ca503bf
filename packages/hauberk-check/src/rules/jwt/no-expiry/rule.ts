import { property } from "../../../model/properties.ts";
import { inProduction } from "../../../model/alternatives.ts";
import { isKnown, UNDEFINED, type Value } from "../../../model/values.ts";
import { ancestors, parentOf, type t } from "../../../parse/ast.ts";
import { sourceText } from "../../kit/nodes.ts";
import { optionsOf } from "../../kit/options.ts";
import { ALL_EXPRESS, defineRule, type Context, type PackageCall, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "jwt/no-expiry",
  title: "A token is signed that never expires, or not for months",
  severity: "medium",
  confidence: "medium",
  cwe: [613],
  asvs: ["9.2.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Nobody can take such a token back: who copies it once, from a log or a lost phone, is that user for ever.",
  fix: 'Give it a short life, `jwt.sign(claims, key, { expiresIn: "15m" })`, and renew it against something that can be revoked.',
  call: {
    names: ["jsonwebtoken.sign"],
    run(call, context) {
      if (isFileName(call.site.node)) return;
      const options = optionsOf(call, 2);
      const isWithout =
        options.k === "fn" ||
        isKnown(options, undefined) ||
        isKnown(property(options, "expiresIn"), undefined);
      if (isWithout && hasNoEnd(call, context))
        context.report({ at: call.site, message: "Neither `expiresIn` nor a claim `exp` is given." });
      const days = daysOf(inProduction(property(options, "expiresIn")));
      // What only renews another is meant to live long, and is asked for at one place.
      if (days >= LONG_DAYS && !RENEWS.test(sourceText(call.site.module, statementOf(call.site.node))))
        context.report({
          at: call.site,
          severity: "low",
          message: `The token lives ${String(Math.round(days))} days.`,
        });
    },
  },
});

/** `jwt.sign(id, key) + ".png"`: a name that nobody can guess, which lets nobody in. */
function isFileName(node: t.Node): boolean {
  const up = parentOf(node);
  if (up?.type === "TemplateLiteral") {
    const after = up.quasis[up.expressions.findIndex((one) => one === node) + 1];
    return ENDING.test(after?.value.raw ?? "");
  }
  if (up?.type !== "BinaryExpression" || up.operator !== "+") return false;
  // `"/pictures/" + token + ".png"` is `("/pictures/" + token) + ".png"`.
  const right = up.left === node ? up.right : rightOf(parentOf(up), up);
  return right?.type === "StringLiteral" && ENDING.test(right.value);
}

const rightOf = (up: t.Node | undefined, left: t.Node): t.Node | undefined =>
  up?.type === "BinaryExpression" && up.operator === "+" && up.left === left ? up.right : undefined;

const ENDING = /^\.[a-z]\w{1,4}$/;

const LONG_DAYS = 30;
const RENEWS = /refresh|remember|invite|unsubscribe|api_?key|device|\bbot\b/i;
const UNIT_DAYS: Readonly<Record<string, number>> = { m: 1 / 1440, h: 1 / 24, d: 1, w: 7, y: 365.25 };

/** A number counts seconds; a text of digits alone counts milliseconds. */
function daysOf(value: Value): number {
  if (value.k !== "prim") return 0;
  if (typeof value.v === "number") return value.v / 86_400;
  const [, count = "0", unit = ""] =
    /^(\d+) ?(m|h|d|w|y)(?:in(?:ute)?s?|r?s?|ours?|ays?|eeks?|ears?)?$/i.exec(String(value.v).trim()) ?? [];
  return Number(count) * (UNIT_DAYS[unit.toLowerCase()] ?? 0);
}

/** With the name that the token is given. */
const statementOf = (node: t.Node): t.Node =>
  ancestors(node).find((one) => /Statement$|Declaration$|Declarator$|^ObjectProperty$/.test(one.type)) ??
  node;

/** Claims that can be read and have no `exp`; of others, that nothing in the project speaks of an end. A text has no claims. */
function hasNoEnd(call: PackageCall, { program }: Context): boolean {
  const claims = optionsOf({ ...call, args: [call.args[0] ?? UNDEFINED] });
  if (claims.k === "prim") return false;
  if (claims.k === "obj") return isKnown(property(claims, "exp"), undefined);
  return program.mention(/\bexp\b["']?\s*[:=]|\bexpiresIn\b/) === undefined;
}
