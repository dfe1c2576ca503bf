import type { ExpressMajor } from "../../../model/app.ts";
import type { Node, t } from "../../../parse/ast.ts";
import { containsRequestData } from "../../kit/built-values.ts";
import { calleeAsWritten, dotted, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { named } from "../../kit/request-data.ts";
import type { Reached } from "../../kit/sinks.ts";
import type { Problem } from "../../rule.ts";

/** What leads out of a folder, where a text begins with it and is sent: `res.sendFile("/srv/files/" + name)`. */
type Sent = "inside" | Pick<Problem, "message" | "severity" | "fix">;

/**
 * `send`, which `res.sendFile()` and `res.sendfile()` of each version of Express are made with, answers 403 where `..` stands in a path without a root.
 * What `path.join()` gives them has none any more, and `res.download()` resolves what it is
 * given first since Express 4: of those this says nothing.
 */
export function sentBySend(
  node: Node,
  { argument, handler, module, source, isGivenBack }: Reached,
  express: ExpressMajor,
): Sent | undefined {
  const sends = express === 3 ? /\.(?:send[fF]ile|download)$/ : /\.send[fF]ile$/;
  if (!sends.test(calleeAsWritten(node)) || isGivenBack === true) return undefined;
  const pieces = piecesOf(argument);
  const at = pieces.findIndex(
    (one) => typeof one !== "string" && containsRequestData(one, handler) !== undefined,
  );
  const before = pieces.slice(0, at);
  const first = pieces[at];
  if (at < 1 || first === undefined || typeof first === "string") return undefined;
  const folder = before.map((one) => (typeof one === "string" ? one : sourceText(module, one))).join("");
  const isBelow = /[/\\]$/.test(folder) || isPath(first, handler);
  if (isBelow && !OWN_FOLDER.test(folder)) return "inside";
  return isBelow
    ? {
        message: `${named(source)} names any file of the folder that the app itself stands in; only \`..\` is refused.`,
        severity: "medium",
        fix: "Send files of a folder that holds nothing else: `res.sendFile(name, { root })`.",
      }
    : {
        message: `${named(source)} follows the name of a folder without a separator, and reaches folders that begin alike.`,
        severity: "low",
        fix: "Use `res.sendFile(name, { root })`.",
      };
}

/** The sources, and what was installed, stand there. */
const OWN_FOLDER = /^(?:__dirname|process\.cwd\(\)|import\.meta\.dirname)[/\\]*$/;

/** `req.url` and `req.path` begin with a slash. */
const isPath = (node: t.Node, { req }: HandlerNames): boolean =>
  req !== "" && ["url", "path", "originalUrl"].some((name) => dotted(node) === `${req}.${name}`);

/** The texts and values that a text is put together from; a call that resolves the whole is one piece. */
function piecesOf(node: t.Node): readonly (string | t.Node)[] {
  if (node.type === "StringLiteral") return [node.value];
  if (node.type === "BinaryExpression" && node.operator === "+")
    return [...piecesOf(node.left), ...piecesOf(node.right)];
  if (node.type !== "TemplateLiteral") return [node];
  return node.quasis.flatMap((quasi, i) => {
    const value = node.expressions[i];
    const text = quasi.value.raw;
    return [...(text === "" ? [] : [text]), ...(value === undefined ? [] : piecesOf(value))];
  });
}
