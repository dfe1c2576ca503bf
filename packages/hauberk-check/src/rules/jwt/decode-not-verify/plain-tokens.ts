import type { Node, t } from "../../../parse/ast.ts";
import { callArguments, calleeName, handlerAround, plainText, sourceText } from "../../kit/nodes.ts";
import { requestData } from "../../kit/request-data.ts";
import type { NodeContext } from "../../rule.ts";

/** `Buffer.from(req.headers.authorization, "base64").toString().split(":")`, by which an account is looked up: anybody writes that. */
export function checkPlainToken(node: Node, { module, report }: NodeContext): void {
  const token = decoded(node);
  const handler = token === undefined ? undefined : handlerAround(node);
  if (token === undefined || handler === undefined) return;
  const part = requestData(token, handler);
  if (part !== "headers" && part !== "cookies") return;
  const text = sourceText(module, handler.fn);
  if (PROVES.test(text) || !BELIEVES.test(text.slice((node.end ?? 0) - (handler.fn.start ?? 0)))) return;
  report({
    at: { module, node },
    message: "What the client sends in base64 decides who is there, and nothing has signed it.",
    fix: "Give out random session ids or signed tokens (express-session, jsonwebtoken), and verify them.",
  });
}

function decoded(node: t.Node): t.Node | undefined {
  const name = calleeName(node);
  if (name !== "Buffer.from" && name !== "atob") return undefined;
  const [token, encoding] = callArguments(node);
  const written = encoding === undefined ? undefined : plainText(encoding);
  return name === "atob" || /^base64(?:url)?$/.test(written ?? "") ? token : undefined;
}

/** Basic sends a password along; everything else that makes the text more than a claim. */
const PROVES =
  /basic|verif|sign(?:ed|ature)|hmac|timingSafe|decrypt|decipher|(?<![.\w])pass(?:word|wd|phrase)?\s?[\]),]|[!=]==? ?(?:\w{1,20}\.)?pass|compare|secret|\bkey\b|sodium|session|\.split\(["']\.["']\)/i;
const BELIEVES =
  /\bfind(?:ById|One|ByPk|Unique|First)?\(|\bselect\s|\.role\b|\bis_?admin\b|\breq(?:uest)?\.(?:user|user_?id|user_?name|current_?user) ?=[^=]|\bdb\.get\(/i;
