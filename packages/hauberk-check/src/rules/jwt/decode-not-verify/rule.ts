import { chainOf } from "../../../engine/protections.ts";
import type { Part } from "../../../model/parts.ts";
import { walk, type t } from "../../../parse/ast.ts";
import { callArguments, calleeName, dotted, handlerAround } from "../../kit/nodes.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "jwt/decode-not-verify",
  title: "A token is believed without checking its signature",
  severity: "critical",
  confidence: "medium",
  cwe: [347],
  asvs: ["9.1.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "decode() only reads: anyone can write a token that says they are anyone.",
  fix: "Use verify() with the key and pinned algorithms.",
  app({ view, report }) {
    for (const endpoint of view.endpoints) {
      const chain = [...chainOf(view, endpoint), ...endpoint.parts];
      const before = chain.findIndex((part) => verifies(part));
      for (const part of before === -1 ? chain : chain.slice(0, before)) {
        const node = part.fn === undefined ? undefined : decodeIn(part.fn.node);
        // What is read but decides nothing, an expiry to log for example, is not believed.
        if (node === undefined || part.fn === undefined || !DECIDES.test(part.facts?.source ?? "")) continue;
        report({
          at: { module: part.fn.module, node },
          message: "The token decides who the visitor is, and nothing on the way here verifies it.",
        });
      }
    }
  },
  call: {
    names: ["jsonwebtoken.decode", "jwt-decode", "jwt-decode.jwtDecode", "jose.decodeJwt"],
    run(call, context) {
      const { module, node } = call.site;
      if (handlerAround(node) === undefined || isKept(node) || /\bverify\w*\s*\(|jwtVerify/.test(module.text))
        return;
      context.report({
        at: call.site,
        message: "The token of a request is decoded, and nothing in this file verifies it.",
      });
    },
  },
});

/** `jwtDecode(req.session.token)`: the server put it there itself, when the visitor signed in. */
function isKept(node: t.Node): boolean {
  const [token] = callArguments(node);
  return token !== undefined && /^(?:req|request|res|response)\.(?:session|user|locals)\./.test(plain(token));
}

const plain = (node: t.Node): string => (dotted(node) ?? "").replace(/^_/, "");

const DECIDES = /\brole|admin|permission|scope|\buser|\bid\b|\bsub\b/i;

const verifies = ({ role, facts, fn }: Part): boolean =>
  role === "unknown" ||
  // A guard that only decodes is the fault itself.
  (role === "auth" && (fn === undefined || decodeIn(fn.node) === undefined)) ||
  /\bverify\w*\s*\(|jwtVerify/.test(facts?.source ?? "") ||
  (role === "token-auth" && facts === undefined);

function decodeIn(fn: t.Node): t.Node | undefined {
  let found: t.Node | undefined;
  walk(fn, (node) => {
    if (
      /^(?:jwt|jsonwebtoken|jwt_decode|jwtDecode|decodeJwt)(?:\.decode)?$/.test(calleeName(node) ?? "") &&
      !isKept(node)
    )
      found ??= node;
  });
  return found;
}
