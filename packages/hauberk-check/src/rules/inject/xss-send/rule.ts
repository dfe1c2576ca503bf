import { codeOf, type Module } from "../../../model/module.ts";
import { checkSink, writtenText, type Reached, type Sink } from "../../kit/sinks.ts";
import { callArguments, calleeName, handlerAround, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { methodsOf } from "../../kit/route-methods.ts";
import { named, rawRequestData, wholePart } from "../../kit/request-data.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import { fetchedFor } from "./fetched.ts";
import { isHtml, untested, writtenByHelper } from "./helpers.ts";
import { checkRendered } from "./rendered.ts";
import { checkReturned } from "./returned.ts";
import { keptAndShown } from "./shown-again.ts";
import { storedIn } from "./stored.ts";
import { storedInHelper } from "./stored-in-helper.ts";
import type { Program } from "../../../model/program.ts";
import type { Node, t } from "../../../parse/ast.ts";

/** A type other than HTML, a header nobody can read, or an escape. */
const SETS_TYPE =
  /\.(?:type|contentType)\((?!["'](?:text\/)?html)|\.(?:set|setHeader|header)\((?:["']content-type["'],(?!\s?["']text\/html)|[^"'\s])|escape|sanitize|encode|writeHead\s?\([^)]{0,100}content-type["']\s?:\s{0,9}["'](?!text\/html|application\/xhtml|image\/svg)/i;
const LOOK_BACK = 300;

const SINKS: readonly Sink[] = [{ callee: /^(?:res|response)\.(?:send|write|end)$|^\?\.send$/ }];

export const rule: Rule = defineRule({
  id: "inject/xss-send",
  title: "Request data is sent back as HTML",
  severity: "high",
  confidence: "high",
  cwe: [79],
  asvs: ["1.2.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "A link with a script in it runs that script in the app's name, with the visitor's session.",
  fix: "Answer with res.json(), or through a template that escapes.",
  callees: [/\.(?:send|write|end|render)$/],
  visit: {
    ClassMethod(node, context) {
      checkReturned(node, context, ({ source, at, related }) => {
        if (source !== "headers")
          context.report({ at, message: `${named(source)} is part of the HTML that is sent.`, related });
      });
    },
    CallExpression(node, context) {
      const complain = (reached: Reached): void => {
        const { argument, handler, source, at, related, text, isGivenBack } = reached;
        if (!answers(node, handler)) return;
        // A page of another site chooses the path, the query and the form of a visitor, but not the headers.
        if (source === "headers") return;
        // Browsers escape what they send there, and without Express nobody says that it is HTML.
        if (/^(?:url|originalUrl)$/.test(source) && !calleeName(node)?.endsWith(".send")) return;
        // A browser shows what a link or a form brings back; the answer to a DELETE is read by a script.
        if (isNoPage(handler, context.program)) return;
        // All of `req.body` is an object and goes out as JSON; one field of it is text when a form was sent.
        const isText = argument.type === "TemplateLiteral" || argument.type === "BinaryExpression";
        // Put together over a few lines, or by a helper: what is set or escaped anywhere in the handler counts.
        const isPage = (argument.type === "Identifier" || argument.type === "CallExpression") && isHtml(text);
        // What another handler sets is nothing to this one.
        const start = handler.fn.body.start ?? 0;
        const from = isPage ? start : Math.max(start, (node.start ?? 0) - LOOK_BACK);
        // What a function gives back is often no page: `res.send(csv(req.query.name))`.
        if (isGivenBack === true && !isHtml(text)) return;
        if (!isText && !isPage && !isField(argument, handler)) return;
        if (setsType(context.module, from, node)) return;
        context.report({ at, message: `${named(source)} is part of the HTML that is sent.`, related });
      };
      let isTold = false;
      checkSink(node, context, SINKS, (reached) => {
        isTold = true;
        complain(reached);
      });
      const page = pageOfHelper(node, context);
      if (page !== undefined) complain(page);
      if (!isTold && page === undefined && !checkFetched(node, context)) checkStored(node, context);
      checkRendered(node, context);
    },
  },
});

/** What was set for another answer, which went out with it, is nothing to this one: `res.type("text").send(list)`. */
function setsType(module: Module, from: number, node: Node): boolean {
  const code = codeOf(module);
  const before = code.slice(from, node.start ?? 0).replace(SENT_WITH_TYPE, "");
  return SETS_TYPE.test(before + code.slice(node.start ?? 0, node.end ?? 0));
}

const SENT_WITH_TYPE = /\.(?:type|contentType)\([^()]{0,60}\)\.(?:send|end|write)\(/g;

/** A page of whatever site the client named, sent in the app's name. */
function checkFetched(node: Node, context: NodeContext): boolean {
  const [given] = callArguments(node);
  const handler = given !== undefined && sends(node) ? handlerAround(node) : undefined;
  if (given === undefined || handler === undefined || !answers(node, handler)) return false;
  const { module } = context;
  const source = fetchedFor(given, handler, module);
  if (source === undefined || source === "headers") return false;
  if (SETS_TYPE.test(codeOf(module).slice(handler.fn.body.start ?? 0, node.end ?? 0))) return false;
  context.report({
    at: { module, node },
    message: `What is fetched from where ${named(source)} says is sent as HTML.`,
  });
  return true;
}

/** A page made of what others have stored: their scripts run for everyone who reads it. */
function checkStored(node: Node, context: NodeContext): void {
  const [given] = callArguments(node);
  const handler = given !== undefined && sends(node) ? handlerAround(node) : undefined;
  if (given === undefined || handler === undefined || !answers(node, handler)) return;
  const isPage = isHtml(writtenText(given, handler, context.module));
  const shown = isPage ? keptAndShown(given, handler, context) : undefined;
  const { module } = context;
  const own = isPage && shown === undefined ? storedIn(given, handler, context) : undefined;
  const here =
    shown?.node ??
    own ??
    writtenByHelper(given, handler, context, () => (one) => storedIn(one, handler, context));
  const found = here === undefined ? storedInHelper(given, handler, context) : { module, node: here };
  if (found === undefined) return;
  // What a cleaner of markup has seen when it came may be shown.
  if (shown === undefined && context.program.mention(CLEANS) !== undefined) return;
  if (SETS_TYPE.test(codeOf(module).slice(handler.fn.body.start ?? 0, node.end ?? 0))) return;
  const what = sourceText(found.module, found.node);
  if (shown !== undefined) {
    const { source, at } = shown.brought;
    context.report({
      at: { module, node },
      message: `\`${what}\`, which ${source} brought, is part of the HTML that is sent.`,
      related: [{ at, message: "It is kept here." }],
    });
    return;
  }
  context.report({
    at: { module, node },
    message: `\`${what}\` was stored by somebody, and is part of the HTML that is sent.`,
    related: [{ at: found, message: "It is put in here." }],
    severity: "medium",
  });
}

const CLEANS = /["'](?:sanitize-html|(?:isomorphic-)?dompurify|xss|xss-clean|xss-filters|insane)["']/;

const sends = (node: Node): boolean => {
  const name = calleeName(node) ?? chained(node);
  return name !== undefined && SINKS.some(({ callee }) => callee.test(name));
};

/** `res.status(400).send(text)`; `agent.post(url).send(body)` is a request of the server's own. */
function answers(node: t.Node, { res }: HandlerNames): boolean {
  let at = node;
  while (at.type === "CallExpression" || at.type === "MemberExpression")
    at = at.type === "CallExpression" ? at.callee : at.object;
  return (
    at.type !== "Identifier" || at.name === res || !/agent|request|http|axios|fetch|got|client/i.test(at.name)
  );
}

/** `res.send(page(req.query.name))`: a function of the project writes it between its tags. */
function pageOfHelper(node: Node, context: NodeContext): Reached | undefined {
  const [given] = callArguments(node);
  if (given === undefined || !sends(node)) return undefined;
  const handler = handlerAround(node);
  const source =
    handler === undefined
      ? undefined
      : writtenByHelper(given, handler, context, (call) => untested(handler, context.module, call));
  if (handler === undefined || source === undefined) return undefined;
  const at = { module: context.module, node };
  return { argument: given, handler, text: "<p>", source, at, module: context.module, related: [] };
}

/** `res.status(404).send(...)`. */
const chained = (node: Node): string | undefined =>
  node.type === "CallExpression" &&
  node.callee.type === "MemberExpression" &&
  node.callee.object.type === "CallExpression" &&
  node.callee.property.type === "Identifier"
    ? `?.${node.callee.property.name}`
    : undefined;

/** Only routes for methods that neither links nor forms use, in an app without `?_method=DELETE`. */
function isNoPage({ fn }: HandlerNames, program: Program): boolean {
  const methods = [...methodsOf(fn, program)];
  return (
    methods.length > 0 &&
    methods.every((one) => /^(?:put|patch|delete)$/.test(one)) &&
    program.mention(/method-?override/i) === undefined
  );
}

/** `res.send(req.query.name)`: the client writes that field alone, and as text. */
function isField(node: t.Node, handler: HandlerNames): boolean {
  const part = rawRequestData(node, handler);
  return (part === "query" || part === "params" || part === "body") && wholePart(node, handler) === undefined;
}
