import { LexicalScope } from "../../../model/lexical.ts";
import type { Machine } from "../../../model/machine.ts";
import type { Fn, Value } from "../../../model/values.ts";
import { walk, type t } from "../../../parse/ast.ts";
import { isEchoed, isLookAlike } from "../../kit/live-origins.ts";
import { option, optionSite } from "../../kit/options.ts";
import { callArguments, calleeName, dotted, sourceText } from "../../kit/nodes.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";
import { letIn } from "./by-hand.ts";
import { regexes, weakness } from "./weakness.ts";

export const rule: Rule = defineRule({
  id: "cors/unanchored-regex",
  title: "An allowed origin is matched in part",
  severity: "medium",
  confidence: "high",
  cwe: [183],
  asvs: ["3.4.2"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  why: "https://app.example.evil.com, or https://evilapp.example, passes as one of the app's own.",
  fix: "Compare the whole origin, or write `/^https:\\/\\/(?:[\\w-]+\\.)?app\\.example$/`.",
  call: {
    names: ["cors"],
    run(call, context) {
      const origin = option(call, "origin");
      for (const regex of regexes(origin)) {
        const bad = weakness(regex.source);
        if (bad !== undefined) context.report({ at: regex.site, message: `/${regex.source}/ ${bad}.` });
      }
      if (origin.k !== "fn") return;
      for (const regex of testedBy(origin, context.program.machine)) {
        const bad = weakness(regex.source);
        if (bad !== undefined) context.report({ at: regex.site, message: `/${regex.source}/ ${bad}.` });
      }
      const text = sourceText(origin.module, origin.node);
      const part =
        /\borigin\.(?:endsWith\(["'`][^.][^"'`]*["'`]\)|includes\(|indexOf\([^)]*\)\s*(?:!==?\s*-1|>\s*-1|>=\s*0))/.exec(
          text,
        ) ?? BEGINS.exec(text);
      if (part !== null)
        context.report({
          at: optionSite(call, "origin"),
          message: `\`${part[0]}\` also matches other sites.`,
        });
    },
  },
  callees: [/\.(?:set|setHeader|header|append|writeHead)$/],
  visit: {
    CallExpression(node, context) {
      const found = letIn(node, context);
      if (found === undefined) return;
      const { at, message, withCredentials } = found;
      context.report({
        at,
        message: withCredentials ? `${message.slice(0, -1)}, and credentials are on.` : message,
        ...(withCredentials ? { severity: "high" } : {}),
      });
    },
  },
  live({ facts, report }) {
    const near = facts.cors.find((one) => isLookAlike(one, facts) && isEchoed(one));
    if (near !== undefined)
      report({
        url: near.answer.url,
        message: `Origin ${near.sent}, which only looks like the app's, was allowed.`,
      });
  },
});

/** `allowed.test(origin)` and `origin.match(/.../)` in a function that decides. */
function testedBy(fn: Fn, machine: Machine): readonly Extract<Value, { k: "regex" }>[] {
  const [origin] = fn.node.params;
  if (origin?.type !== "Identifier") return [];
  const found: Extract<Value, { k: "regex" }>[] = [];
  const names = new Set([origin.name, "origin"]);
  const isOrigin = (node: t.Node): boolean =>
    node.type === "Identifier"
      ? names.has(node.name)
      : /^(?:req|request)\.headers\.origin$/.test(dotted(node) ?? "") || isHeaderOrigin(node);
  walk(fn.node.body, (node) => {
    if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return;
    const { object, property } = node.callee;
    const [first] = node.arguments;
    if (property.type !== "Identifier" || first === undefined) return;
    const pattern =
      property.name === "test" && isOrigin(first)
        ? object
        : property.name === "match" && isOrigin(object)
          ? first
          : undefined;
    if (pattern !== undefined)
      found.push(...regexes(machine.evaluate(pattern, new LexicalScope(machine, fn.module, pattern, fn))));
  });
  return found;
}

/** `req.get("Origin")` */
function isHeaderOrigin(node: t.Node): boolean {
  const [name] = callArguments(node);
  return (
    /^(?:req|request)\.(?:get|header)$/.test(calleeName(node) ?? "") &&
    name?.type === "StringLiteral" &&
    /^origin$/i.test(name.value)
  );
}

/** `origin.startsWith(one)`: `https://app.example.evil.com` begins so, too. After a colon or a slash there is nothing to add. */
const BEGINS = /\borigin\??\.startsWith\((?:[\w.]{1,60}|["'`][\w.:/-]{0,100}[\w.-]["'`])\)/;
