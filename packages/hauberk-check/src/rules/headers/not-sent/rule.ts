import type { Part } from "../../../model/parts.ts";
import { covers, printPath } from "../../../model/path-patterns.ts";
import type { AppView, Endpoint } from "../../../model/view.ts";
import type { Node, t } from "../../../parse/ast.ts";
import { distance } from "../../kit/distance.ts";
import { handlerAround, keyName } from "../../kit/nodes.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "headers/not-sent",
  title: "A security header is written so that no browser heeds it",
  severity: "medium",
  confidence: "high",
  cwe: [693],
  asvs: ["3.4.3"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "The line looks like a protection, and the pages have none.",
  fix: "Write the header's name as it is registered, all directives in one text (`default-src 'self'; script-src 'self'`), and set it before the function that answers.",
  app({ view, report }) {
    for (const endpoint of view.endpoints) {
      const late = setAfterTheAnswer(view, endpoint);
      if (late !== undefined)
        report({
          at: late.site,
          message: `${late.name}() stands behind what answers ${endpoint.method.toUpperCase()} ${printPath(endpoint.paths)}.`,
        });
    }
  },
  callees: [/\.(?:set|setHeader|header)$/],
  visit: { CallExpression: check },
});

const SETS_HEADERS = /^(?:helmet(?:\.\w+)?|nocache|hsts|frameguard|helmet-csp|referrer-policy)$/;

/** `router.post("/token", grant.token(), helmet.noCache())`, where no other route answers the same. */
function setAfterTheAnswer(view: AppView, { at, parts, method, paths }: Endpoint): Part | undefined {
  const last = parts.at(-1);
  const answers = parts.at(-2);
  if (last === undefined || last.fn !== undefined || !SETS_HEADERS.test(last.name)) return undefined;
  if (answers === undefined || !/^(?:other|unknown)$/.test(answers.role) || answers.facts?.callsNext === true)
    return undefined;
  const isAnsweredLater = view.endpoints.some(
    (one) =>
      one.at > at && (one.method === method || one.method === "all") && covers(one.paths, paths) !== false,
  );
  return isAnsweredLater ? undefined : last;
}

const KNOWN: readonly string[] = [
  "content-security-policy",
  "content-security-policy-report-only",
  "x-frame-options",
  "x-content-type-options",
  "strict-transport-security",
  "referrer-policy",
  "permissions-policy",
  "cross-origin-opener-policy",
  "cross-origin-resource-policy",
  "cross-origin-embedder-policy",
];
/** What browsers heeded before the name was registered. */
const FORMER = /^x-(?:content-security-policy|webkit-csp)/;

/** The name that is meant; `undefined` where it is written rightly, or is another. */
function meant(name: string): string | undefined {
  const lower = name.toLowerCase();
  if (lower.length < 11 || lower.length > 40 || KNOWN.includes(lower) || FORMER.test(lower)) return undefined;
  const plain = lower.replace(/[-_ ]/g, "");
  return KNOWN.find(
    (one) =>
      one.replaceAll("-", "") === plain ||
      (Math.abs(one.length - lower.length) <= 2 &&
        one.at(-1) === lower.at(-1) &&
        distance(one, lower) <= 2) ||
      `${lower}s` === one,
  );
}

function check(node: Node, context: NodeContext): void {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return;
  const { object, property } = node.callee;
  if (property.type !== "Identifier" || !/^(?:set|setHeader|header)$/.test(property.name)) return;
  if (object.type !== "Identifier" || handlerAround(node)?.res !== object.name) return;
  const [name, , third] = node.arguments;
  const { module, report } = context;
  if (name?.type === "ObjectExpression") for (const one of name.properties) checkField(one, context);
  if (name?.type !== "StringLiteral") return;
  const right = meant(name.value);
  if (right !== undefined)
    report({ at: { module, node: name }, message: `${name.value} is no header; ${right} is meant.` });
  else if (third !== undefined && KNOWN.includes(name.value.toLowerCase()))
    report({
      at: { module, node: third },
      message: `${property.name}() takes a name and one value: this is not part of ${name.value}.`,
    });
}

/** `res.set({ "X-Frame-Option": "DENY" })`. */
function checkField(field: t.Node, { module, report }: NodeContext): void {
  if (field.type !== "ObjectProperty" || field.computed) return;
  const name = keyName(field.key);
  const right = meant(name);
  if (right !== undefined)
    report({ at: { module, node: field }, message: `${name} is no header; ${right} is meant.` });
}
