import { sourceText, type Module } from "../../../model/module.ts";
import { enclosingFunction, parentOf, walk, type FunctionNode, type t } from "../../../parse/ast.ts";
import { remembered } from "../../../remembered.ts";
import { mentions } from "../../kit/mentions.ts";
import { calleeName, keyName } from "../../kit/nodes.ts";

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

/** `const { protocol } = new URL(address)`, where nothing else of an address is looked at around the call: any host has a scheme. */
export const isParsedForScheme = (call: t.Node): boolean => {
  const fn = enclosingFunction(call);
  return fn !== undefined && asksNoMore(fn);
};

const asksNoMore = remembered((fn: FunctionNode): boolean => {
  const parsed: t.Node[] = [];
  const read: t.Identifier[] = [];
  walk(fn.body, (one) => {
    if (one.type === "NewExpression" && calleeName(one) === "URL") parsed.push(one);
    if (one.type === "Identifier") read.push(one);
  });
  return (
    parsed.length > 0 &&
    parsed.every((one) => {
      const up = parentOf(one);
      if (up?.type === "ExpressionStatement" || isProtocol(up)) return true;
      if (up?.type !== "VariableDeclarator") return false;
      const { id } = up;
      if (id.type === "ObjectPattern")
        return id.properties.every((key) => key.type === "ObjectProperty" && keyName(key.key) === "protocol");
      return (
        id.type === "Identifier" &&
        read.every((name) => name === id || name.name !== id.name || isProtocol(parentOf(name)))
      );
    })
  );
});

const isProtocol = (node: t.Node | null | undefined): boolean =>
  node?.type === "MemberExpression" && !node.computed && keyName(node.property) === "protocol";
