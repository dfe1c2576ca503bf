import { alternatives } from "../../../model/alternatives.ts";
import { checkArgument } from "../../kit/sinks.ts";
import { named } from "../../kit/request-data.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import { callArguments, calleeName, handlerAround, keyName, type HandlerNames } from "../../kit/nodes.ts";
import { mentions } from "../../kit/mentions.ts";
import { nameOf, type Call, type Value } from "../../../model/values.ts";
import { containsRequestData } from "../../kit/built-values.ts";
import { isParsedForScheme, schemeTests } from "./scheme-tests.ts";
import type { Node, t } from "../../../parse/ast.ts";

const FETCHES =
  /^(?:fetch|axios|got|request|needle|superagent\.get|axios\.(?:get|head|post|put|patch|delete|request)|got\.(?:get|head|post|put|patch|delete|stream)|https?\.(?:get|request)|request\.(?:get|head|post|put|patch|del|delete)|needle\.(?:get|head|post))$/;

export const rule: Rule = defineRule({
  id: "inject/ssrf",
  title: "The request says which address the server fetches",
  severity: "high",
  confidence: "medium",
  cwe: [918],
  asvs: ["1.3.6"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "The server stands inside the network: it reaches metadata services, databases and admin pages the client cannot.",
  fix: "Accept an id and look the address up; else check scheme, host and the resolved address against a list.",
  callees: [
    /(?:^|\.)(?:fetch|axios|got|request|needle|default|get|head|post|put|patch|del|delete|stream|goto)$/,
  ],
  visit: { CallExpression: check },
});

function check(node: Node, context: NodeContext): void {
  const [given] = callArguments(node);
  const name = (calleeName(node) ?? "").replace(".default", "");
  if (given === undefined || !(FETCHES.test(name) || isVisit(node, context) || isFetch(node, context)))
    return;
  for (const { value, isHost } of addressesIn(given))
    checkArgument(
      node,
      value,
      context,
      ({ argument, handler, source, at, related }) => {
        // `host: tenant + ".example"` stays below that name.
        if (isHost && /^(?:TemplateLiteral|BinaryExpression)$/.test(argument.type)) return;
        if (begins(argument, handler))
          context.report({ at, message: `The address begins with ${named(source)}.`, related });
      },
      [...schemeTests(context.module), ...(isParsedForScheme(node) ? ["URL"] : [])],
    );
}

interface Address {
  readonly value: t.Node;
  readonly isHost: boolean;
}

/** `request({ url: req.query.url })`, `http.get({ host })`, or what is given itself. */
function addressesIn(given: t.Node): readonly Address[] {
  if (given.type !== "ObjectExpression") return [{ value: given, isHost: false }];
  return given.properties.flatMap((one) =>
    one.type === "ObjectProperty" && /^(?:url|uri|host|hostname|baseURL)$/.test(keyName(one.key))
      ? [{ value: one.value, isHost: keyName(one.key).startsWith("host") }]
      : [],
  );
}

/** `page.goto(address)` of a browser that the server starts. */
const BROWSERS = /["'](?:puppeteer(?:-core|-extra)?|playwright(?:-core|-chromium)?)["']/;

/** `const client = isTls ? https : http; client.get(address)`, `const requests = require("axios")`, `axios.create()`. */
function isFetch(node: Node, context: NodeContext): boolean {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return false;
  const { object, property } = node.callee;
  if (object.type !== "Identifier" || property.type !== "Identifier") return false;
  if (!/^(?:get|post|put|delete|request)$/.test(property.name)) return false;
  if (/^(?:app|router|server|map|cache|params|headers|db|res|req)$/.test(object.name)) return false;
  if (handlerAround(node) === undefined && !mentions(context.module, CLIENTS)) return false;
  return alternatives(context.value(object)).some(
    (one) =>
      (one.k === "pkg" && FETCHES.test(`${nameOf(one).replace(/^node:/, "")}.${property.name}`)) ||
      (isClient(one) && !hasBase(one) && context.program.mention(BASE_FOR_ALL) === undefined),
  );
}

/** Where no handler stands around, the file has to load one of them. */
const CLIENTS = /["'](?:node:)?https?["']|["'](?:axios|got|needle|request)["']/;

const BASE_FOR_ALL = /\.defaults\.baseURL\s?=/;

/** `axios.create(...)`, `got.extend(...)`. */
const isClient = (value: Value): value is Call =>
  value.k === "call" &&
  value.callee.k === "pkg" &&
  /^(?:axios(?:\.default)?\.create|got(?:\.default)?\.extend)$/.test(nameOf(value.callee));

/** Options that nobody can read may have one. */
const hasBase = ({ args: [options] }: Call): boolean =>
  options !== undefined &&
  (options.k !== "obj" || options.open || options.props.has("baseURL") || options.props.has("prefixUrl"));

const isVisit = (node: Node, { module }: NodeContext): boolean =>
  node.type === "CallExpression" &&
  node.callee.type === "MemberExpression" &&
  keyName(node.callee.property) === "goto" &&
  mentions(module, BROWSERS);

/** Behind a fixed host a value can change the path, not where the request goes. */
function begins(node: t.Node, handler: HandlerNames): boolean {
  if (node.type === "TemplateLiteral") {
    const [quasi] = node.quasis;
    const [first] = node.expressions;
    return (
      quasi !== undefined &&
      /^(?:https?:\/\/)?$/.test(quasi.value.raw) &&
      first !== undefined &&
      containsRequestData(first, handler) !== undefined
    );
  }
  if (node.type === "BinaryExpression") {
    if (node.left.type === "PrivateName") return false;
    if (node.left.type === "StringLiteral") return /^https?:\/\/$/.test(node.left.value);
    return begins(node.left, handler);
  }
  return containsRequestData(node, handler) !== undefined;
}
