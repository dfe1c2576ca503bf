import { sourceText, type Module } from "../../../model/module.ts";
import { parentOf, type FunctionNode } from "../../../parse/ast.ts";
import { remembered } from "../../../remembered.ts";
import { mentions } from "../../kit/mentions.ts";

/** Functions of packages that say whether a text is an address; `http://169.254.169.254/` is one. */
const OF_PACKAGES: readonly string[] = [
  "isURL",
  "validator.isURL",
  "isUrl",
  "validUrl.isUri",
  "validUrl.isWebUri",
  "validUrl.isHttpUri",
  "validUrl.isHttpsUri",
  "URL.canParse",
];

/** Names of functions that ask of an address no more than whether it is one and which scheme it has. */
export const schemeTests: (module: Module) => readonly string[] = remembered((module) => {
  if (!ASKS.test(module.text)) return [];
  const own = FUNCTIONS.flatMap((type) => module.index.get(type) ?? []).flatMap((node) => {
    const fn = node as FunctionNode;
    const name = nameOf(fn);
    return name !== undefined && asksSchemeOnly(sourceText(module, fn)) ? [name] : [];
  });
  const known = mentions(module, /\bhost_(?:white|black)list\b/) ? [] : OF_PACKAGES;
  return [...known, ...own.slice(0, MAX_NAMES)];
});

const ASKS = /\bURL\b|[iI]sUrl|[iI]sURL|isUri|isWebUri|isHttp/;
const FUNCTIONS = ["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"];

function nameOf(fn: FunctionNode): string | undefined {
  if (fn.type === "FunctionDeclaration") return fn.id?.name;
  const holder = parentOf(fn);
  return holder?.type === "VariableDeclarator" && holder.id.type === "Identifier"
    ? holder.id.name
    : undefined;
}

/** A file of a thousand such functions would make an expression of a thousand names. */
const MAX_NAMES = 20;

/** A short function, so that one that fetches for itself is none. */
const MAX_LENGTH = 800;
/** What tells more of an address than its scheme, or asks somebody else. */
const TELLS_MORE =
  /host|origin|lookup|resolve|dns|allow|permit|trust|safe|white|black|deny|block|forbid|private|internal|local|domain|\bip|\.test\(|\.match\(|\.exec\(|startsWith|endsWith|pathname|\bawait\b|\bthrow\b|\breq\b|\bres\b/i;

const asksSchemeOnly = (text: string): boolean =>
  text.length < MAX_LENGTH &&
  /\bnew URL\(/.test(text) &&
  /\breturn\b|=>/.test(text) &&
  !TELLS_MORE.test(text);
