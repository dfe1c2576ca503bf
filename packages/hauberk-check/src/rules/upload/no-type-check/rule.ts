import { inProduction } from "../../../model/alternatives.ts";
import { codeOf, sourceText } from "../../../model/module.ts";
import type { Program } from "../../../model/program.ts";
import { isKnown } from "../../../model/values.ts";
import { remembered } from "../../../remembered.ts";
import { alwaysAnswers, isTrue } from "../../kit/callbacks.ts";
import { option, optionSite, optionsOf } from "../../kit/options.ts";
import { dotted } from "../../kit/nodes.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import { ancestors, isFunction, walk, type Node } from "../../../parse/ast.ts";

const TYPE_CHECK = /fileTypeFromBuffer|fileTypeFromFile|file-type|magic/i;

export const rule: Rule = defineRule({
  id: "upload/no-type-check",
  title: "Uploads of any type are stored",
  severity: "medium",
  confidence: "medium",
  cwe: [434],
  asvs: ["5.2.2"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "An HTML or SVG file served from the app's own address runs its scripts as the app.",
  fix: "Pass a `fileFilter` with an allowlist, check the first bytes of the file, and give it a name and type of your own.",
  call: {
    names: ["multer"],
    run(call, context) {
      const options = optionsOf(call);
      const filter = inProduction(option(call, "fileFilter"));
      const letsAllPass = filter.k === "fn" && alwaysAnswers(filter.node, 2, isTrue);
      if (options.k !== "obj" || !(letsAllPass || isKnown(filter, undefined))) return;
      if (isKnown(option(call, "dest"), undefined) && isKnown(option(call, "storage"), undefined)) return;
      // A name that is kept has its extension read; next to a filter that asks nothing, that is no check.
      const check = letsAllPass ? TYPE_CHECK : new RegExp(`${TYPE_CHECK.source}|extname\\(`, "i");
      if (context.program.mention(check) !== undefined || asksForType(context.program)) return;
      context.report({
        at: letsAllPass ? optionSite(call, "fileFilter") : call.site,
        message: `${letsAllPass ? "The `fileFilter` lets every file pass" : "There is no `fileFilter`"}, and nothing looks at the type afterwards.`,
      });
    },
  },
  visit: { CallExpression: checkMove },
});

/** `req.files.photo.mv(path)` of express-fileupload, in a function that asks nothing about the file. */
function checkMove(node: Node, context: NodeContext): void {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return;
  const { object, property } = node.callee;
  const file = dotted(object);
  if (property.type !== "Identifier" || property.name !== "mv" || file === undefined) return;
  const { module, program } = context;
  const fn = ancestors(node).findLast(isFunction);
  if (fn === undefined || program.mention(EXPRESS_FILEUPLOAD) === undefined) return;
  const around = sourceText(module, fn);
  if (!/\bfiles\b/.test(around)) return;
  if ([ASKS, COMPARES_EXTENSION, OWN_EXTENSION].some((one) => one.test(around))) return;
  if (isHandedOn(file, fn)) return;
  if (program.mention(TYPE_CHECK) !== undefined || asksForType(program)) return;
  context.report({
    at: { module, node },
    message: "The file is stored, and nothing looks at its type.",
    fix: "Look at the first bytes of the file, accept what is on a list, and give it a name and type of your own.",
  });
}

const EXPRESS_FILEUPLOAD = /["']express-fileupload["']/;
/** A test of a name or type, or an extension of the server's own. */
const ASKS =
  /mimetype|endsWith|\.(?:test|match|exec|includes|indexOf|has)\(|\bswitch\b|\bext\w{0,10}\)?\s?[!=]=/i;
const COMPARES_EXTENSION = /extname\([\w.]{1,40}\)\s?[!=]=/i;
const OWN_EXTENSION = /\.(?:png|jpe?g|gif|webp|pdf|csv|txt|json|xml|zip|xlsx|docx|mp[34])["'`]/i;

/** `isAllowed(file)`, `typeOf(file.data)`: a function that may well look at it. */
function isHandedOn(file: string, fn: Node): boolean {
  let isFound = false;
  walk(fn, (one) => {
    if (one.type !== "CallExpression" || /^(?:path|console)\./.test(dotted(one.callee) ?? "")) return;
    if (
      one.arguments.some((given) => dotted(given) === file || dotted(given)?.startsWith(`${file}.`) === true)
    )
      isFound = true;
  });
  return isFound;
}

/** Whether the type the client gave is used for more than being written down. */
const asksForType = remembered((program: Program): boolean =>
  program.modules.some((module) => {
    if (!module.text.includes("mimetype")) return false;
    const code = codeOf(module);
    return [...code.matchAll(/\bmimetype\b/g)].some(({ index }) => isAsked(code, index));
  }),
);

const REACH = 40;
const MIMETYPE = "mimetype".length;

/** `{ mimetype: file.mimetype }`, `[file.name, file.mimetype, file.size]` and the column of a table ask nothing. */
function isAsked(code: string, at: number): boolean {
  const before = code.slice(Math.max(0, at - REACH), at);
  const after = code.slice(at + MIMETYPE, at + MIMETYPE + REACH);
  const isHolder = /^\??\.\w/.test(after);
  if (!before.endsWith("."))
    return isHolder || /^\s?[!=]==?/.test(after) || (/[([]$/.test(before) && /^[)\]]/.test(after));
  return isHolder || !isNoted(withoutWord(before.slice(0, -1)).trimEnd());
}

/** What stands before `file.mimetype`: a colon, or another property of a list. */
function isNoted(before: string): boolean {
  return before.endsWith(":") || (before.endsWith(",") && withoutWord(before.slice(0, -1)).endsWith("."));
}

function withoutWord(text: string): string {
  let end = text.length;
  while (end > 0 && /[\w?]/.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
