import { property } from "../../../model/properties.ts";
import { isKnown, UNDEFINED } from "../../../model/values.ts";
import { optionsOf } from "../../kit/options.ts";
import { ALL_EXPRESS, defineRule, type Context, type PackageCall, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "jwt/no-expiry",
  title: "A token is signed that never expires",
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
      const options = optionsOf(call, 2);
      const isWithout =
        options.k === "fn" ||
        isKnown(options, undefined) ||
        isKnown(property(options, "expiresIn"), undefined);
      if (isWithout && hasNoEnd(call, context))
        context.report({ at: call.site, message: "Neither `expiresIn` nor a claim `exp` is given." });
    },
  },
});

/** Claims that can be read and have no `exp`; of others, that nothing in the project speaks of an end. A text has no claims. */
function hasNoEnd(call: PackageCall, { program }: Context): boolean {
  const claims = optionsOf({ ...call, args: [call.args[0] ?? UNDEFINED] });
  if (claims.k === "prim") return false;
  if (claims.k === "obj") return isKnown(property(claims, "exp"), undefined);
  return program.mention(/\bexp\b["']?\s*[:=]|\bexpiresIn\b/) === undefined;
}
