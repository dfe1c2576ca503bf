import type { t } from "../../../parse/ast.ts";
import { dotted } from "../../kit/nodes.ts";
import { usesCookieSessions, usesServerSessions } from "../../kit/session-cookie.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const SENSITIVE =
  /^(?:req|request)\.session\.(?:\w*(?:password|passwd|secret|accessToken|refreshToken|apiKey|creditCard|cardNumber|ssn|otp|pin))$/i;

export const rule: Rule = defineRule({
  id: "session/cookie-session-sensitive",
  title: "A secret is put into a session the browser holds",
  severity: "medium",
  confidence: "high",
  cwe: [315],
  asvs: ["14.3.3"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "cookie-session signs the data but does not hide it: everyone with the cookie reads it in base64.",
  fix: "Keep it on the server, in a session store or the database, and put only an id into the session.",
  visit: {
    AssignmentExpression(node, context) {
      if (node.type !== "AssignmentExpression") return;
      const name = namesOf(node).find((one) => SENSITIVE.test(one));
      if (name === undefined) return;
      if (node.right.type === "NullLiteral" || !usesCookieSessions(context) || usesServerSessions(context))
        return;
      context.report({
        at: { module: context.module, node },
        message: `${name} travels to the browser in readable form.`,
      });
    },
  },
});

/** `password: true` says that there is one. */
const HOLDS_NOTHING = /^(?:Boolean|Null|Numeric)Literal$/;

/** `req.session.password`, also when it is written as `req.session = { password }` or `req.session.user = { password }`. */
function namesOf({ left, right }: t.AssignmentExpression): readonly string[] {
  const name = dotted(left) ?? "";
  if (right.type !== "ObjectExpression") return [name];
  return right.properties.flatMap((one) =>
    one.type === "ObjectProperty" && one.key.type === "Identifier" && !HOLDS_NOTHING.test(one.value.type)
      ? [`${name.replace(/(\.session)\.\w+$/, "$1")}.${one.key.name}`]
      : [],
  );
}
