import { alternatives } from "../../../model/alternatives.ts";
import { nameOf } from "../../../model/values.ts";
import { mentions } from "../../kit/mentions.ts";
import { callArguments, calleeAsWritten, sourceText } from "../../kit/nodes.ts";
import { checkArgument, checkSink, type Reached, type Sink } from "../../kit/sinks.ts";
import type { Node, t } from "../../../parse/ast.ts";
import { named } from "../../kit/request-data.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";

const NEEDS = /child_process|shelljs|execa/;
const SINKS: readonly Sink[] = [{ callee: /(?:^|\.)(?:exec|execSync|spawnSync|spawn)$/, needs: NEEDS }];

export const rule: Rule = defineRule({
  id: "inject/command",
  title: "Request data is run as a shell command",
  severity: "critical",
  confidence: "high",
  cwe: [78],
  asvs: ["1.2.5"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "`; rm -rf` and everything else a shell knows comes along with the value.",
  fix: "Use execFile() with a list of arguments, and check the value against what it may be.",
  callees: [
    /(?:^|\.)(?:exec|execSync|spawn|spawnSync|execFile|execFileSync)$/,
    /exec|run|shell|cmd|command|promis/i,
  ],
  visit: {
    CallExpression(node, context) {
      const complain = ({ source, at, related }: Reached): void => {
        context.report({ at, message: `${named(source)} is part of the command.`, related });
      };
      checkSink(node, context, SINKS, complain);
      const line = lineOfOther(node, context);
      if (line !== undefined) checkArgument(node, line, context, complain);
      for (const argument of shellArguments(node, context)) checkArgument(node, argument, context, complain);
    },
  },
});

/** `const run = promisify(exec)`: what `run(text)` is given, where its name speaks of running something, in whatever file it was made. */
function lineOfOther(node: Node, { module, value }: NodeContext): t.Node | undefined {
  if (node.type !== "CallExpression" || node.callee.type !== "Identifier") return undefined;
  const { name } = node.callee;
  const [line] = node.arguments;
  if (line === undefined || WRITTEN.test(line.type) || SINKS[0]?.callee.test(name) === true) return undefined;
  if (!/exec/i.test(name) && !mentions(module, NEEDS)) return undefined;
  return alternatives(value(node.callee)).some(
    (one) => one.k === "pkg" && /^(?:node:)?child_process\.exec(?:Sync)?$/.test(nameOf(one)),
  )
    ? line
    : undefined;
}

const WRITTEN = /^(?:String|Numeric|Boolean)Literal$|Function/;

const SHELL = /^(?:sh|bash|dash|zsh|ksh|cmd|powershell|pwsh)(?:\.exe)?$/i;

/** `spawn("sh", ["-c", text])`, and a list of arguments that `shell: true` makes one text of. */
function shellArguments(node: Node, { module }: NodeContext): readonly t.Node[] {
  if (!/^(?:[\w$.]*\.)?(?:spawn|spawnSync|execFile|execFileSync)$/.test(calleeAsWritten(node))) return [];
  if (!NEEDS.test(module.text)) return [];
  const [file, list, options] = callArguments(node);
  if (list?.type !== "ArrayExpression") return [];
  const isShell = file?.type === "StringLiteral" && SHELL.test(file.value.split(/[/\\]/).at(-1) ?? "");
  const runsInShell = options !== undefined && /\bshell\s*:(?!\s*false)/.test(sourceText(module, options));
  return isShell || runsInShell ? list.elements.filter((one) => one !== null) : [];
}
