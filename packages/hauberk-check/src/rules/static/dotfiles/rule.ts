import { isKnown, UNDEFINED } from "../../../model/values.ts";
import type { Module } from "../../../model/module.ts";
import { ancestors, isFunction, walk, type t } from "../../../parse/ast.ts";
import { literals, option, optionSite } from "../../kit/options.ts";
import { callArguments, calleeName, sourceText } from "../../kit/nodes.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "static/dotfiles",
  title: "Hidden files are served",
  severity: "medium",
  confidence: "high",
  cwe: [538],
  asvs: ["13.4.7"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "`.env`, `.git` and editor files in the folder can be fetched by anyone who guesses the name.",
  fix: 'Remove `dotfiles: "allow"` (and `hidden: true`). For `.well-known` mount that folder alone.',
  callees: [/(?:^|\.)readFile(?:Sync)?$/, /\.(?:sendFile|sendfile|download)$/],
  visit: {
    CallExpression(node, { module, report }) {
      const read = readAndSent(node, module);
      if (read !== undefined)
        report({ at: { module, node }, message: `${read} is read and sent to whoever asks.` });
      if (!/^res(?:ponse)?\.(?:sendFile|sendfile|download)$/.test(calleeName(node) ?? "")) return;
      const text = callArguments(node)[0];
      const name = text === undefined ? undefined : SENT.exec(sourceText(module, text))?.[1];
      if (name !== undefined) report({ at: { module, node }, message: `${name} is sent to whoever asks.` });
    },
  },
  call: {
    names: ["express.static", "serve-static", "connect.static"],
    run(call, context) {
      const hidden = literals(call.args[0] ?? UNDEFINED).find((one) => HIDDEN.test(one.text));
      if (hidden !== undefined)
        context.report({
          at: call.site,
          message: `All of ${hidden.text.slice(hidden.text.lastIndexOf("/") + 1)} is served.`,
          fix: "Remove the line: a repository gives away every version of every file, and settings give away secrets.",
        });
      if (isKnown(option(call, "dotfiles", 1), "allow"))
        context.report({ at: optionSite(call, "dotfiles", 1), message: '`dotfiles` is "allow".' });
      if (isKnown(option(call, "hidden", 1), true))
        context.report({ at: optionSite(call, "hidden", 1), message: "`hidden` is on." });
    },
  },
});

/** `res.send(fs.readFileSync(".env"))`, and what the callback of `readFile` sends as it is. */
function readAndSent(node: t.Node, module: Module): string | undefined {
  if (!/(?:^|\.)readFile(?:Sync)?$/.test(calleeName(node) ?? "")) return undefined;
  const [path, ...more] = callArguments(node);
  const name = path === undefined ? undefined : SENT.exec(sourceText(module, path))?.[1];
  if (name === undefined) return undefined;
  const callback = more.find(isFunction);
  if (callback !== undefined) {
    const data = callback.params[1];
    return data?.type === "Identifier" && sends(callback.body, data.name) ? name : undefined;
  }
  const up = ancestors(node).find((one) => one.type !== "AwaitExpression");
  if (up?.type === "CallExpression") return ANSWER.test(calleeName(up) ?? "") ? name : undefined;
  const fn = ancestors(node).find(isFunction);
  return up?.type === "VariableDeclarator" && up.id.type === "Identifier" && fn && sends(fn.body, up.id.name)
    ? name
    : undefined;
}

function sends(root: t.Node, name: string): boolean {
  let isSent = false;
  walk(root, (node) => {
    const [first] = callArguments(node);
    isSent ||= ANSWER.test(calleeName(node) ?? "") && first?.type === "Identifier" && first.name === name;
  });
  return isSent;
}

const ANSWER = /^res(?:ponse)?\.(?:send|end|json|write)$/;
const SENT = /["'`/](\.(?:env(?:\.\w+)?|npmrc|htpasswd|git\/config))["'`]/;
const HIDDEN = /(?:^|\/)\.(?:git|svn|hg|env|ssh|aws|npmrc|config|docker)$/;
