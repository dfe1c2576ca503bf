import { inProduction } from "../../../model/alternatives.ts";
import { isKnown, type Site } from "../../../model/values.ts";
import { headerSetters, stateOf } from "../../kit/headers.ts";
import { answers } from "../../kit/missing-header.ts";
import { keyName, plainText, sourceText } from "../../kit/nodes.ts";
import { ALL_EXPRESS, defineRule, type Edit, type NodeContext, type Rule } from "../../rule.ts";
import { ancestors, type Node } from "../../../parse/ast.ts";

export const rule: Rule = defineRule({
  id: "fingerprint/x-powered-by",
  title: "Every answer says it is Express",
  severity: "low",
  confidence: "high",
  cwe: [200],
  asvs: ["13.4.6"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  wholeApp: true,
  why: "Scanners sort their targets by it when the next hole in Express is published.",
  fix: 'Call `app.disable("x-powered-by")`; helmet() does it too.',
  app({ view, program, doubts, report, unchecked }) {
    if (!answers(view)) return;
    const settings = view.app.settings.filter((one) => one.name === "x-powered-by");
    if (settings.some((one) => !isKnown(inProduction(one.value), true))) return;
    const state = stateOf(headerSetters(view, program), "-x-powered-by");
    if (state === "set") return;
    const [doubt] = doubts;
    if (doubt !== undefined || state === "maybe")
      unchecked(`the header may be removed: ${doubt?.why ?? "under a condition"}`, doubt?.site);
    else report({ at: view.app.site, message: "X-Powered-By is on.", edits: disableAfter(view.app.site) });
  },
  callees: [/\.(?:setHeader|set|header|append)$/],
  visit: { CallExpression: checkOwn },
  live({ facts, report }) {
    const answer = facts.answers.find((one) => /express/i.test(one.headers.get("x-powered-by") ?? ""));
    if (answer !== undefined)
      report({ url: answer.url, message: `X-Powered-By: ${answer.headers.get("x-powered-by") ?? ""}.` });
  },
});

/** `res.setHeader("X-Powered-By", "Express/4")`, `res.set("Server", `Node ${process.version}`)`. */
function checkOwn(node: Node, { module, report }: NodeContext): void {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return;
  if (!/^(?:setHeader|set|header|append)$/.test(keyName(node.callee.property))) return;
  const [name, value] = node.arguments;
  const header = name === undefined ? undefined : plainText(name);
  if (header === undefined || value === undefined || !/^(?:x-powered-by|server)$/i.test(header)) return;
  if (!TOLD.test(sourceText(module, value))) return;
  report({
    at: { module, node },
    message: `${header} tells every client what runs here.`,
    fix: "Remove the line; nothing needs the header.",
  });
}

/** What this process is; the name of another product is there to mislead. */
const TOLD = /^["'`](?:express|node)\b|process\.versions?\b/i;

/** `const app = express();` gets a line after it; anything less plain is left to a person. */
function disableAfter(site: Site): readonly Edit[] | undefined {
  const [declarator, declaration, program] = [...ancestors(site.node)];
  if (
    declarator?.type !== "VariableDeclarator" ||
    declarator.id.type !== "Identifier" ||
    declaration?.type !== "VariableDeclaration"
  )
    return undefined;
  if (program?.type !== "Program" || declaration.declarations.length !== 1) return undefined;
  const at = declaration.end ?? 0;
  const { path: file, text } = site.module;
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  return [{ file, start: at, end: at, text: `${newline}${declarator.id.name}.disable("x-powered-by");` }];
}
