import type { Module } from "../../../model/module.ts";
import {
  ancestors,
  boundNames,
  isFunction,
  walk,
  type FunctionNode,
  type Node,
  type t,
} from "../../../parse/ast.ts";
import { remembered } from "../../../remembered.ts";
import {
  callArguments,
  calleeName,
  dotted,
  handlerAround,
  keyName,
  plainText,
  sourceText,
  type HandlerNames,
} from "../../kit/nodes.ts";
import { accessPattern, isTestedBefore } from "../../kit/tested.ts";
import { isValidatedRoute } from "../../kit/validated-routes.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const METHODS =
  "split|toLowerCase|toUpperCase|trim|replace|startsWith|endsWith|substring|substr|match|charAt|localeCompare|padStart";

export const rule: Rule = defineRule({
  id: "input/type-confusion",
  title: "A query value is taken for text untested",
  severity: "low",
  confidence: "medium",
  cwe: [843],
  asvs: ["15.3.5"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "`?name=a&name=b` makes it a list: the method does not exist there, and in an async handler of Express 4 the error ends the process.",
  fix: 'Check it: `if (typeof req.query.name !== "string") return res.sendStatus(400)`.',
  visit: {
    CallExpression(node, { module, program, report }) {
      const name = calleeName(node);
      if (name === undefined || !(name.includes(".query.") || ON_NAME.test(name))) return;
      const handler = handlerAround(node);
      if (handler === undefined) return;
      const held = name.includes(".query.") ? undefined : heldInName(name, handler);
      if (held !== undefined) {
        const texts = [name.slice(0, name.indexOf(".")), held];
        if (
          texts.some(
            (one) =>
              isTestedBefore(module, node, one) ||
              isGuardedInline(node, one, (part) => sourceText(module, part)),
          ) ||
          isRequestAsked(node, handler) ||
          isValidatedRoute(handler.fn, module, program)
        )
          return;
        report({ at: { module, node }, message: `${held} may be a list or an object.` });
        return;
      }
      const match = new RegExp(String.raw`^(${handler.req}\.query\.\w+)\.(?:${METHODS})$`).exec(name);
      if (
        match?.[1] === undefined ||
        isTestedBefore(module, node, match[1]) ||
        aliasesOf(match[1], handler, module).some((alias) => isTestedBefore(module, node, alias)) ||
        isGuardedInline(node, match[1], (one) => sourceText(module, one)) ||
        isValidatedRoute(handler.fn, module, program)
      )
        return;
      report({ at: { module, node }, message: `${match[1]} may be a list or an object.` });
    },
  },
});

/** `if (isSearch(req)) ...` above or before: that function may have looked at the types. */
function isRequestAsked(node: Node, { fn, req }: HandlerNames): boolean {
  let isAsked = false;
  walk(fn.body, (one) => {
    if (one.type !== "IfStatement" || (one.start ?? 0) > (node.start ?? 0)) return;
    walk(one.test, (part) => {
      isAsked ||= callArguments(part).some((given) => given.type === "Identifier" && given.name === req);
    });
  });
  return isAsked;
}

const ON_NAME = new RegExp(String.raw`^\w+\.(?:${METHODS})$`);

/** `req.query.q`, for `q.trim` where `q` holds that and never anything else. */
const heldInName = (name: string, { fn, req }: HandlerNames): string | undefined => {
  const key = queryNames(fn).get(name.slice(0, name.indexOf(".")));
  return key?.startsWith(`${req}.query.`) === true ? key : undefined;
};

const queryNames = remembered((fn: FunctionNode): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  const others = new Set<string>();
  const note = (name: string, key: string | undefined): void => {
    if (key === undefined || found.has(name)) others.add(name);
    else found.set(name, key);
  };
  walk(fn.body, (node) => {
    if (isFunction(node))
      for (const param of node.params) for (const name of boundNames(param)) others.add(name);
    if (node.type === "AssignmentExpression") for (const name of boundNames(node.left)) others.add(name);
    if (node.type !== "VariableDeclarator") return;
    const fields = fieldsOf(node);
    for (const name of boundNames(node.id)) note(name, fields.get(name));
  });
  for (const name of others) found.delete(name);
  return found;
});

/** `const { q = "" } = req.query` and `const q = req.query.q || ""`. */
function fieldsOf({ id, init }: t.VariableDeclarator): ReadonlyMap<string, string> {
  const value = init?.type === "LogicalExpression" && plainText(init.right) !== undefined ? init.left : init;
  const from = value === null || value === undefined ? undefined : dotted(value);
  if (from === undefined) return new Map();
  if (id.type === "Identifier") return new Map(/^\w+\.query\.\w+$/.test(from) ? [[id.name, from]] : []);
  if (id.type !== "ObjectPattern" || !/^\w+\.query$/.test(from)) return new Map();
  return new Map(
    id.properties.flatMap((one) => {
      if (one.type !== "ObjectProperty") return [];
      const target = one.value.type === "AssignmentPattern" ? one.value.left : one.value;
      return target.type === "Identifier" ? [[target.name, `${from}.${keyName(one.key)}`] as const] : [];
    }),
  );
}

/** `const q = req.query.q; if (isString(q)) return req.query.q.trim()`. */
const aliasesOf = (text: string, { fn }: HandlerNames, module: Module): readonly string[] =>
  (module.index.get("VariableDeclarator") ?? []).flatMap((one) =>
    one.type === "VariableDeclarator" &&
    one.id.type === "Identifier" &&
    one.init &&
    (one.start ?? 0) > (fn.start ?? 0) &&
    (one.end ?? 0) < (fn.end ?? 0) &&
    sourceText(module, one.init) === text
      ? [one.id.name]
      : [],
  );

function isGuardedInline(node: Node, text: string, read: (node: Node) => string): boolean {
  const asksType = new RegExp(String.raw`typeof\s+${accessPattern(text)}`);
  for (const up of ancestors(node)) {
    if (isFunction(up) || up.type === "BlockStatement") return false;
    if ((up.type === "LogicalExpression" || up.type === "ConditionalExpression") && asksType.test(read(up)))
      return true;
  }
  return false;
}
