import { inProduction } from "../../../model/alternatives.ts";
import { codeOf } from "../../../model/module.ts";
import type { Program } from "../../../model/program.ts";
import { isKnown } from "../../../model/values.ts";
import { remembered } from "../../../remembered.ts";
import { alwaysAnswers, isTrue } from "../../kit/callbacks.ts";
import { option, optionSite, optionsOf } from "../../kit/options.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import type { Node } from "../../../parse/ast.ts";
import { looksTypeUp } from "./looked-up.ts";
import { movedFile } from "./moved.ts";
import { writtenBody } from "./written.ts";

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
      if (!letsAllPass && looksTypeUp(context.program)) return;
      context.report({
        at: letsAllPass ? optionSite(call, "fileFilter") : call.site,
        message: `${letsAllPass ? "The `fileFilter` lets every file pass" : "There is no `fileFilter`"}, and nothing looks at the type afterwards.`,
      });
    },
  },
  callees: [/\.mv$/, /(?:^|\.)writeFile(?:Sync)?$/i],
  visit: { CallExpression: checkCall },
});

/** The file of express-fileupload that is moved, and the body that is written to a file. */
function checkCall(node: Node, context: NodeContext): void {
  const stored = movedFile(node, context) ?? writtenBody(node, context);
  if (stored === undefined || !looksNowhere(stored, context)) return;
  context.report({
    at: { module: context.module, node },
    message: "The file is stored, and nothing looks at its type.",
    fix: "Look at the first bytes of the file, accept what is on a list, and give it a name and type of your own.",
  });
}

const looksNowhere = (around: string, { program }: NodeContext): boolean =>
  ![ASKS, COMPARES_EXTENSION, OWN_EXTENSION].some((one) => one.test(around)) &&
  program.mention(TYPE_CHECK) === undefined &&
  !asksForType(program) &&
  !looksTypeUp(program);

/** A test of a name or type, or an extension of the server's own. */
const ASKS =
  /mimetype|endsWith|\.(?:test|match|exec|includes|indexOf|has)\(|\bswitch\b|\bext\w{0,10}\)?\s?[!=]=/i;
const COMPARES_EXTENSION = /extname\([\w.]{1,40}\)\s?[!=]=/i;
const OWN_EXTENSION = /\.(?:png|jpe?g|gif|webp|pdf|csv|txt|json|xml|zip|xlsx|docx|mp[34])["'`]/i;

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
