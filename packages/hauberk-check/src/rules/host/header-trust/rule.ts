import { leftmostIdentifier } from "../../../engine/leftmost.ts";
import { lastName } from "../../kit/function-names.ts";
import { callArguments, calleeName, dotted, handlerAround } from "../../kit/nodes.ts";
import {
  ancestors,
  enclosingFunction,
  isFunction,
  parentOf,
  walk,
  type Node,
  type t,
} from "../../../parse/ast.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "host/header-trust",
  title: "A link is built from the Host header",
  severity: "medium",
  confidence: "high",
  cwe: [640],
  asvs: ["4.1.3"],
  lenses: ["source", "live"],
  express: ALL_EXPRESS,
  why: "The client writes that header: a password mail asked for in the victim's name then links to the attacker's site, token included.",
  fix: "Build links from a configured origin, and refuse hosts that are not the app's.",
  visit: {
    TemplateLiteral(node, { module, report }) {
      if (node.type !== "TemplateLiteral") return;
      const handler = handlerAround(node);
      const isLink = node.quasis.some(
        (quasi, i) => isLinkStart(quasi.value.raw) && isHost(node.expressions[i], handler?.req),
      );
      if (handler !== undefined && isLink && !isParsing(node))
        report({
          at: { module, node },
          message: "The link's host is what the client sent.",
          ...severityOf(node),
        });
    },
    BinaryExpression(node, { module, report }) {
      if (
        node.type !== "BinaryExpression" ||
        node.operator !== "+" ||
        !isHost(node.right, handlerAround(node)?.req) ||
        isParsing(node)
      )
        return;
      const before = node.left.type === "BinaryExpression" ? node.left.right : node.left;
      if (before.type === "StringLiteral" && isLinkStart(before.value))
        report({
          at: { module, node },
          message: "The link's host is what the client sent.",
          ...severityOf(node),
        });
    },
  },
  live({ facts, report }) {
    for (const answer of [...facts.hostPoisoned, ...facts.forwardedPoisoned].slice(0, 1)) {
      report({ url: answer.url, message: "The answer repeats a foreign host that the request named." });
    }
  },
});

/** A page's own socket, named in a policy or a script, is no link that somebody is sent. */
const isLinkStart = (text: string): boolean => text.endsWith("://") && !/wss?:\/\/$/.test(text);

/** `new URL(req.url, "http://" + req.headers.host)` takes an address apart; no link comes of it. */
function isParsing(node: Node): boolean {
  let holder = parentOf(node);
  while (holder?.type === "BinaryExpression") holder = parentOf(holder);
  if (holder?.type === "VariableDeclarator" && holder.id.type === "Identifier")
    return isOnlyParsed(holder, holder.id.name);
  return isParsedHere(node);
}

/** The address that was asked for, of which every use is a log line, a `Request` or a `URL`. */
function isOnlyParsed(declarator: Node, name: string): boolean {
  const uses = usesOf(declarator, name);
  let namesItself = false;
  walk(declarator, (one) => {
    if (/\.(?:originalUrl|url)$/.test(dotted(one) ?? "")) namesItself = true;
  });
  return namesItself && uses.length > 0 && uses.every(isParsedHere);
}

/** Where the name stands again in the function, be it a key. */
function usesOf(declarator: Node, name: string): readonly Node[] {
  const fn = enclosingFunction(declarator);
  const uses: Node[] = [];
  if (fn !== undefined)
    walk(fn.body, (one) => {
      if (one.type === "Identifier" && one.name === name && parentOf(one) !== declarator) uses.push(one);
    });
  return uses;
}

function isParsedHere(node: Node): boolean {
  for (const up of ancestors(node)) {
    if (up.type === "NewExpression") return /(?:^|\.)(?:URL|Request)$/.test(dotted(up.callee) ?? "");
    if (up.type === "MemberExpression" && dotted(up)?.startsWith("url.") === true) return true;
    if (up.type === "CallExpression")
      return /(?:^|\.)(?:parse|debug|log(?:Fn|ger)?|info|warn|error|trace)$/.test(calleeName(up) ?? "");
    if (isFunction(up)) return false;
  }
  return false;
}

/** What only whoever asked is answered, or sent on to, harms nobody else unless a cache keeps it. */
function severityOf(node: Node): { readonly severity?: "low" } {
  for (const up of ancestors(node)) {
    if (isFunction(up)) break;
    // `config.origin || ...`: only an app nobody configured builds it from the request.
    if (up.type === "LogicalExpression" || up.type === "ConditionalExpression") return { severity: "low" };
    if (up.type === "CallExpression" && (calleeName(up) ?? "").endsWith(".redirect"))
      return { severity: "low" };
    if (up.type === "VariableDeclarator" && up.id.type === "Identifier") {
      const uses = usesOf(up, up.id.name);
      return uses.length > 0 && uses.every(isAnswered) ? { severity: "low" } : {};
    }
  }
  return isAnswered(node) ? { severity: "low" } : {};
}

/** `res.json({ url })`, `ws.send(JSON.stringify({ url }))`; what is in a mail goes to somebody else. */
function isAnswered(node: Node): boolean {
  for (const up of ancestors(node)) {
    if (isFunction(up)) return false;
    if (up.type !== "CallExpression" || calleeName(up) === "JSON.stringify") continue;
    const { callee } = up;
    if (callee.type !== "MemberExpression" || !ANSWERS.test(lastName(callee) ?? "")) return false;
    const holder = leftmostIdentifier(callee);
    return holder !== undefined && (holder === handlerAround(node)?.res || SOCKET.test(holder));
  }
  return false;
}

const ANSWERS = /^(?:redirect|jsonp?|send|end)$/;
const SOCKET = /^(?:ws|socket)$/;

function isHost(node: t.Node | null | undefined, req: string | undefined): boolean {
  if (node === null || node === undefined || req === undefined) return false;
  const name = calleeName(node);
  if (name === `${req}.get` || name === `${req}.header`) {
    const [first] = callArguments(node);
    return first?.type === "StringLiteral" && /^(?:x-forwarded-)?host$/i.test(first.value);
  }
  return [
    `${req}.headers.host`,
    `${req}.hostname`,
    `${req}.host`,
    `${req}.headers.x-forwarded-host`,
  ].includes(dotted(node) ?? "");
}
