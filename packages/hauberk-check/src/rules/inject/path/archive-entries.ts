import { ancestors, isFunction, type FunctionNode, type t } from "../../../parse/ast.ts";
import { piecesOf } from "../../kit/built-values.ts";
import { mentions } from "../../kit/mentions.ts";
import { escapeForPattern } from "../../kit/patterns.ts";
import { calleeName, keyName, sourceText } from "../../kit/nodes.ts";
import type { NodeContext } from "../../rule.ts";

/** Packages that give the name of an entry as it stands in the archive; yauzl and node-stream-zip refuse `..` themselves. */
const RAW = /["'](?:adm-zip|unzipper|unzip-stream|tar-stream)["']/;
const UPLOADS = /["'](?:multer|express-fileupload|busboy|formidable|multiparty)["']|\breq\.files?\b/;
const WRITES = /(?:^|\.)(?:writeFile|writeFileSync|createWriteStream|outputFile|outputFileSync)$/;
/** Any of them keeps the file in its folder, or is there to. */
const KEEPS_INSIDE = /\.startsWith\(|basename|\brelative\(|["'`/]\.\.["'`/\\]|isAbsolute|sanitize|safe/i;

/** The name of an entry in the path of a file that is written: `fs.writeFileSync(join(folder, entry.entryName), data)`. */
export function entryWritten(node: t.CallExpression, context: NodeContext): t.Node | undefined {
  const [path] = node.arguments;
  if (path === undefined || !WRITES.test(calleeName(node) ?? "") || !mentions(context.module, RAW))
    return undefined;
  const around = ancestors(node).filter(isFunction);
  const [nearest] = around;
  if (nearest === undefined || context.program.mention(UPLOADS) === undefined) return undefined;
  if (around.some((fn) => KEEPS_INSIDE.test(sourceText(context.module, fn)))) return undefined;
  const entry = partsOf(path, nearest, 0).find(isEntryName);
  return entry !== undefined && around.some((fn) => isCleared(entry, fn, context)) ? undefined : entry;
}

/** `if (!isAllowed(header.name)) return`: a function of the app's own is asked whether it may be written. */
function isCleared(entry: t.Node, fn: FunctionNode, { module }: NodeContext): boolean {
  const text = escapeForPattern(sourceText(module, entry));
  return new RegExp(
    String.raw`(?:allow|valid|permit|accept|inside|within|check)\w{0,20}\(\s?${text}[,)]`,
    "i",
  ).test(sourceText(module, fn));
}

const MAX_DEPTH = 4;

function partsOf(node: t.Node, fn: FunctionNode, depth: number): readonly t.Node[] {
  const look = (one: t.Node): readonly t.Node[] => partsOf(one, fn, depth + 1);
  if (depth > MAX_DEPTH) return [];
  if (node.type === "TemplateLiteral") return node.expressions.flatMap(look);
  if (node.type === "BinaryExpression") return [node.left, node.right].flatMap(look);
  if (node.type === "Identifier") return piecesOf(node.name, { fn, req: "", res: "" }).flatMap(look);
  if (node.type !== "CallExpression") return [node];
  return /^(?:path\.)?(?:join|resolve)$/.test(calleeName(node) ?? "") ? node.arguments.flatMap(look) : [];
}

/** `entry.entryName` of adm-zip, `entry.path` of unzipper, `header.name` of tar-stream. */
const isEntryName = (node: t.Node): boolean =>
  node.type === "MemberExpression" &&
  !node.computed &&
  (keyName(node.property) === "entryName" ||
    (node.object.type === "Identifier" &&
      /^(?:\w{0,8}entry|header)$/i.test(node.object.name) &&
      /^(?:path|name)$/.test(keyName(node.property))));
