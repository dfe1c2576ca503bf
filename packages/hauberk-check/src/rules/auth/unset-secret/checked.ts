import { isSource, isTestOrBuild } from "../../../files/kinds.ts";
import { basename } from "../../../files/paths.ts";
import { codeOf } from "../../../model/module.ts";
import type { Program } from "../../../model/program.ts";
import type { t } from "../../../parse/ast.ts";
import { remembered } from "../../../remembered.ts";
import { importsAny } from "../../kit/mentions.ts";
import { dotted, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { accessPattern, escapeForPattern } from "../../kit/patterns.ts";
import { isValidatedRoute } from "../../kit/validated-routes.ts";
import type { NodeContext } from "../../rule.ts";
import type { Pair } from "./pairs.ts";

interface Asked {
  readonly test: t.Node;
  readonly handler: HandlerNames;
  readonly context: NodeContext;
}

/** Whether anything asks for the variable, sets it or asks what the request brings. */
export function isChecked(pair: Pair, { test, handler, context }: Asked): boolean {
  const { program, module } = context;
  return (
    isValidatedRoute(handler.fn, module, program) ||
    (pair.prefix === undefined && isUsedBefore(pair.given, test, handler, context)) ||
    isAskedFor(pair.variable, program) ||
    isAskedFor(lastName(pair.kept), program) ||
    isSet(pair.variable, program) ||
    importsAny(program, /^(?:dotenv-safe|env-var|dotenv-extended|checkenv|env-schema)$/) ||
    program.mention(LOOPED) !== undefined
  );
}

/** All settings are gone through: which of them must be there is not said by name. */
const LOOPED = /Object\.(?:entries|values|keys)\(\s*[\w.]{0,60}(?:env|config|settings|required)/i;

const lastName = (node: t.Node): string => dotted(node)?.split(".").at(-1) ?? "";

/** The value is named above the comparison in anything else than where it is taken out: it may be asked about, or used so that it throws. */
function isUsedBefore(given: t.Node, test: t.Node, handler: HandlerNames, { module }: NodeContext): boolean {
  const text = dotted(given) ?? sourceText(module, given);
  const value = new RegExp(String.raw`(?<![\w$.])${accessPattern(text)}(?![\w$])`, "g");
  const above = codeOf(module).slice(handler.fn.body.start ?? 0, test.start ?? 0);
  const used = [...above.matchAll(value)].length;
  return used > (given.type === "Identifier" ? 1 : 0);
}

/**
 * Whether a name stands anywhere in the sources where it is tested, given a default or a type of its own, or listed: `!API_KEY`,
 * `API_KEY: z.string()`, `["API_KEY"]`, `process.env.API_KEY ??= ...`, `required(API_KEY)`. Also those are asked that nothing of
 * Express stands in: what looks at settings is often one of them.
 */
function isAskedFor(name: string, program: Program): boolean {
  if (name === "") return false;
  const known = askedNames(program);
  const answer = known.get(name) ?? sourcesOf(program).some((path) => asksIn(program, path, name));
  known.set(name, answer);
  return answer;
}

const askedNames = remembered((_program: Program) => new Map<string, boolean>());

const sourcesOf = remembered((program: Program): readonly string[] =>
  program.list.filter((path) => isSource(path) && !isTestOrBuild(path)),
);

function asksIn({ files }: Program, path: string, name: string): boolean {
  const around = aroundIn(files.read(path) ?? "", name);
  if (around.length === 0) return false;
  const asks = asksFor(name);
  return around.some((one) => asks.test(one));
}

/** What stands around a name, each time: a pattern that looks for it in a whole file takes long. */
function aroundIn(text: string, name: string): readonly string[] {
  const found: string[] = [];
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + name.length))
    found.push(text.slice(Math.max(0, at - AROUND), at + name.length + AROUND));
  return found;
}
const AROUND = 60;

function asksFor(name: string): RegExp {
  const escaped = escapeForPattern(name);
  const written = String.raw`(?:process\.env\.|process\.env\[["'])?\b${escaped}\b(?:["']\])?!?`;
  const nothing = String.raw`[!=]==?\s*(?:undefined|null|["'])`;
  return new RegExp(
    [
      String.raw`["'\x60]${escaped}["'\x60](?!\])`,
      String.raw`\b${escaped}\??\s*:(?!\s*(?:process\.env|env)\b)\s*[\w$]+[.(]`,
      String.raw`(?:!|typeof\s+|\()\s*(?:[\w$]+\.){0,4}${written}\s*(?:\)|,|&&|\|\||${nothing})`,
      String.raw`!\s*(?:[\w$]+\.){0,4}${written}`,
      String.raw`(?<![!=]=\s*(?:[\w$]+\.){0,4})${written}\s*(?:\|\||\?\?|&&|\?|${nothing}|\.\s*(?:length|trim|split|replace|toString)\b)`,
      String.raw`process\.env\.${escaped}\s*=(?!=)`,
    ].join("|"),
  );
}

/** Files that set variables: those of a deployment, and `.env` that comes with the sources, but no example of one. */
const settingFiles = remembered((program: Program): readonly string[] =>
  program.files.list.filter((path) => SETS.test(basename(path)) && !EXAMPLE.test(basename(path))),
);
const SETS =
  /^\.env|\.env$|\.ya?ml$|\.toml$|^Dockerfile|^Procfile$|\.service$|\.sh$|^(?:vercel|now|app|ecosystem[\w.-]{0,40}|nodemon|package)\.json$/i;
const EXAMPLE = /example|sample|template|dist\b|default/i;

const isSet = (name: string, program: Program): boolean =>
  settingFiles(program).some((path) => program.files.read(path)?.includes(name) === true);
