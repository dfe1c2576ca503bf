import { chainOf } from "../../../engine/protections.ts";
import type { Part } from "../../../model/parts.ts";
import type { Program } from "../../../model/program.ts";
import type { Fn, Site } from "../../../model/values.ts";
import { ancestors, isFunction, parentOf, someNode, walk, type t } from "../../../parse/ast.ts";
import { remembered } from "../../../remembered.ts";
import { declaredIn } from "../../kit/declarations.ts";
import {
  callArguments,
  calleeName,
  dotted,
  handlerAround,
  sourceText,
  type HandlerNames,
} from "../../kit/nodes.ts";
import { messageAround } from "../../kit/messages.ts";
import { heldBy } from "../../kit/request-data.ts";
import { decodingCalls, isDecode, mayDecode } from "./believed.ts";
import { checkPlainToken } from "./plain-tokens.ts";
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
  app({ view, report, program }) {
    for (const endpoint of view.endpoints) {
      const chain = [...chainOf(view, endpoint), ...endpoint.parts];
      const before = chain.findIndex((part) => verifies(part, program));
      for (const part of before === -1 ? chain : chain.slice(0, before)) {
        const decode = part.fn === undefined ? undefined : decodeIn(part.fn, program);
        // What is read but decides nothing, an expiry to log for example, is not believed.
        if (decode === undefined || !DECIDES.test(part.facts?.source ?? "")) continue;
        report({
          at: decode.at,
          message: "The token decides who the visitor is, and nothing on the way here verifies it.",
          related:
            decode.at.node === decode.call.node
              ? []
              : [{ at: decode.call, message: "The token is handed over here." }],
        });
      }
    }
  },
  callees: [/^(?:Buffer\.from|atob)$/],
  visit: { CallExpression: checkPlainToken },
  call: {
    names: ["jsonwebtoken.decode", "jwt-decode", "jwt-decode.jwtDecode", "jose.decodeJwt"],
    run(call, context) {
      const { module, node } = call.site;
      const handler = handlerAround(node) ?? messageAround(node, context);
      if (handler === undefined || isKept(node)) return;
      if (isReturnedWhenRefused(node)) {
        context.report({ at: call.site, message: "What did not pass verify() is decoded and believed." });
        return;
      }
      if (isChosenByToken(call.site)) {
        context.report({
          at: call.site,
          message: "The token says by its own `alg` that its signature is not checked.",
        });
        return;
      }
      if (isTheServersOwn(node, handler) || /\bverify\w*\s*\(|jwtVerify/.test(module.text)) return;
      context.report({
        at: call.site,
        message: "The token of a request is decoded, and nothing in this file verifies it.",
      });
    },
  },
});

/** `try { return jwt.verify(token, key); } catch { return jwt.decode(token); }` */
function isReturnedWhenRefused(node: t.Node): boolean {
  if (parentOf(node)?.type !== "ReturnStatement") return false;
  for (const up of ancestors(node)) {
    if (isFunction(up)) return false;
    const attempt = up.type === "CatchClause" ? parentOf(up) : undefined;
    if (attempt?.type === "TryStatement" && verifiesIn(attempt.block)) return true;
  }
  return false;
}

/** `if (header.alg === "none") claims = jwt.decode(token); else claims = jwt.verify(token, key);` */
function isChosenByToken({ module, node }: Site): boolean {
  let inner = node;
  for (const up of ancestors(node)) {
    if (isFunction(up)) return false;
    if (up.type === "IfStatement" || up.type === "ConditionalExpression") {
      const other = inner === up.consequent ? up.alternate : up.consequent;
      const isByToken = /\.alg\b/.test(sourceText(module, up.test)) && inner !== up.test;
      if (isByToken && other && verifiesIn(other)) return true;
    }
    inner = up;
  }
  return false;
}

function verifiesIn(block: t.Node): boolean {
  return someNode(block, (one) => /(?:^|\.)(?:verify|jwtVerify)$/.test(calleeName(one) ?? ""));
}

const OF_REQUEST = /^(?:headers?|auth(?:orization|_?header)?|cookies?|socket|handshake|ctx|context)$/i;

/** `const token = issued.get(user.id)`: made or fetched by the server, from nothing the visitor sent. */
function isTheServersOwn(node: t.Node, handler: HandlerNames | undefined): boolean {
  const [token] = callArguments(node);
  if (token?.type !== "Identifier" || handler === undefined) return false;
  const given = declaredIn(handler.fn).get(token.name);
  const made = given?.type === "AwaitExpression" ? given.argument : given;
  return made?.type === "CallExpression" && !touchesRequest(made, handler);
}

function touchesRequest(made: t.Node, handler: HandlerNames): boolean {
  let isTouched = false;
  walk(made, (one) => {
    if (one.type !== "Identifier") return;
    isTouched ||= one.name === handler.req || OF_REQUEST.test(one.name) || heldBy(one, handler) !== undefined;
  });
  return isTouched;
}

/** `jwtDecode(req.session.token)`: the server put it there itself, when the visitor signed in. */
function isKept(node: t.Node): boolean {
  const [token] = callArguments(node);
  return token !== undefined && /^(?:req|request|res|response)\.(?:session|user|locals)\./.test(plain(token));
}

const plain = (node: t.Node): string => (dotted(node) ?? "").replace(/^_/, "");

const DECIDES = /\brole|admin|permission|scope|\buser|\bid\b|\bsub\b/i;

const verifies = ({ role, facts, fn }: Part, program: Program): boolean =>
  role === "unknown" ||
  // A guard that only decodes is the fault itself.
  (role === "auth" && (fn === undefined || decodeIn(fn, program) === undefined)) ||
  /\bverify\w*\s*\(|jwtVerify/.test(facts?.source ?? "") ||
  (role === "token-auth" && (facts === undefined || (fn !== undefined && asksAnother(fn, program))));

/** A guard that hands the token to another function, which is not one that only decodes: nobody here says what that does. */
const asksAnother = (fn: Fn, program: Program): boolean =>
  decodeIn(fn, program) === undefined && /\bawait\b|\.then\(/.test(sourceText(fn.module, fn.node));

interface Decode {
  /** Where the token is decoded. */
  readonly at: Site;
  /** What the function calls for it: that itself, or a helper. */
  readonly call: Site;
}

/** Of each function once: a guard stands before many routes. */
const decodesOf = remembered<Program, Map<t.Node, Decode | undefined>>(() => new Map());

function decodeIn(fn: Fn, program: Program): Decode | undefined {
  if (!mayDecode(fn.module, program)) return undefined;
  const known = decodesOf(program);
  if (!known.has(fn.node)) known.set(fn.node, firstDecode(fn, program));
  return known.get(fn.node);
}

function firstDecode({ module, node: fn }: Fn, program: Program): Decode | undefined {
  const helpers = decodingCalls(program);
  let found: Decode | undefined;
  walk(fn, (node) => {
    if (found !== undefined || node.type !== "CallExpression") return;
    const call = { module, node };
    if (isDecode(node, module))
      found = isKept(node) || isTheServersOwn(node, handlerAround(node)) ? undefined : { at: call, call };
    const at = helpers.get(node);
    if (at !== undefined && !isKept(node)) found = { at, call };
  });
  return found;
}
