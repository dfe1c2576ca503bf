import { sourceText } from "../../../model/module.ts";
import { ancestors, parentOf, walk, type Node, type t } from "../../../parse/ast.ts";
import { piecesOf } from "../../kit/built-values.ts";
import { dataAround } from "../../kit/handed-over.ts";
import { callArguments, calleeName, leaves, type HandlerNames } from "../../kit/nodes.ts";
import { requestData } from "../../kit/request-data.ts";
import type { NodeContext } from "../../rule.ts";

const WRITES = /^(?:\w{0,8}fs\w{0,8}\.(?:promises\.)?)?writeFile(?:Sync)?$/i;

/** The text of the function that writes what the body holds under a name that ends as the client says. */
export function writtenBody(node: Node, context: NodeContext): string | undefined {
  if (!WRITES.test(calleeName(node) ?? "")) return undefined;
  const [path, content] = callArguments(node);
  const handler = path === undefined || content === undefined ? undefined : dataAround(node, context);
  if (path === undefined || content === undefined || handler === undefined) return undefined;
  // A whole path of the client is another fault, and mostly that of an editor.
  const isOfClient =
    requestData(path, handler) === undefined &&
    isBody(content, handler) &&
    endsAsClientSays(path, handler, new Set()) &&
    !isThereAlready(path, node, handler);
  return isOfClient ? sourceText(context.module, handler.fn) : undefined;
}

const LOOKS =
  /^(?:\w{0,8}fs\w{0,8}\.(?:promises\.)?)?(?:access|stat|lstat|realpath|existsSync|accessSync|statSync)$/i;

/** An editor writes what is there already: it refuses a name that is not, `if (!fs.existsSync(file)) return ...`. */
function isThereAlready(path: t.Node, write: t.Node, { fn }: HandlerNames): boolean {
  if (path.type !== "Identifier") return false;
  let found = false;
  walk(fn.body, (node) => {
    const [asked] = LOOKS.test(calleeName(node) ?? "") ? callArguments(node) : [];
    if (asked?.type === "Identifier" && asked.name === path.name && (node.end ?? 0) < (write.start ?? 0))
      found ||= (calleeName(node) ?? "").endsWith("existsSync")
        ? isRefusedAt(node)
        : endsWhereMissing(node, write);
  });
  return found;
}

/** `if (!fs.existsSync(file)) return`; without the `!` it is a new name that is asked for. */
function isRefusedAt(look: t.Node): boolean {
  const not = parentOf(look);
  const up = not?.type === "UnaryExpression" && not.operator === "!" ? parentOf(not) : undefined;
  return up?.type === "IfStatement" && up.test === not && leaves(up.consequent);
}

/** `await access(file)` throws for one that is missing, and what catches that does not go on to write. */
function endsWhereMissing(look: t.Node, write: t.Node): boolean {
  const around = ancestors(look).find((up) => up.type === "TryStatement");
  if (around?.type !== "TryStatement" || ancestors(write).includes(around)) return true;
  return around.handler ? leaves(around.handler.body) && !leaves(around.block) : false;
}

/** `req.body.content`, `Buffer.from(content, "base64")`. */
function isBody(content: t.Node, handler: HandlerNames): boolean {
  if (requestData(content, handler) === "body") return true;
  if (content.type === "Identifier") {
    const [made, ...more] = piecesOf(content.name, handler);
    return made !== undefined && more.length === 0 && made.type === "CallExpression" && isBody(made, handler);
  }
  const [given] = calleeName(content) === "Buffer.from" ? callArguments(content) : [];
  return given !== undefined && requestData(given, handler) === "body";
}

/** What stands last in a path is of the request, and so is the extension. */
function endsAsClientSays(path: t.Node, handler: HandlerNames, through: Set<string>): boolean {
  if (requestData(path, handler) !== undefined) return true;
  switch (path.type) {
    case "Identifier": {
      if (through.has(path.name)) return false;
      through.add(path.name);
      const [made, ...more] = piecesOf(path.name, handler);
      return made !== undefined && more.length === 0 && endsAsClientSays(made, handler, through);
    }
    case "BinaryExpression":
      return path.operator === "+" && endsAsClientSays(path.right, handler, through);
    case "TemplateLiteral": {
      const last = path.expressions.at(-1);
      return (
        path.quasis.at(-1)?.value.raw === "" && last !== undefined && endsAsClientSays(last, handler, through)
      );
    }
    case "CallExpression": {
      const last = path.arguments.at(-1);
      return (
        /^(?:path\.)?(?:join|resolve|basename|normalize)$/.test(calleeName(path) ?? "") &&
        last !== undefined &&
        endsAsClientSays(last, handler, through)
      );
    }
    default:
      return false;
  }
}
