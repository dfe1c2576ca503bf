import { parentOf, walk, type t } from "../../../parse/ast.ts";
import { calleeName, dotted, handlerAround, sourceText } from "../../kit/nodes.ts";
import type { PackageCall } from "../../rule.ts";

const OWN = /(?:^|\.)header\.(jwk|jku|x5u|x5c|kid)$/;
const MENTIONED = /\bheader\.(?:jwk|jku|x5u|x5c|kid)\b/;
/** What was compared, looked up or limited to one host is somebody the server knows. */
const ASKED =
  /===|!==|\.(?:includes|has|startsWith|indexOf|test|match|host|hostname|origin|every|some|find)\b|basename\(|allow|trusted|whitelist/i;
const READS = /(?:^|\.)(?:readFile|readFileSync|query|get|all|execute|exec|execSync|raw)$/;

/** The field of the token's own header that says what it is verified with: `jwkToPem(decoded.header.jwk)`. */
export function ownKey(call: PackageCall): string | undefined {
  const { module, node } = call.site;
  const fn = handlerAround(node)?.fn;
  const text = fn === undefined ? "" : sourceText(module, fn);
  if (fn === undefined || !MENTIONED.test(text) || !/\bdecode\(/.test(text)) return undefined;
  let found: string | undefined;
  walk(fn.body, (one) => {
    const field = one.type === "MemberExpression" ? OWN.exec(dotted(one) ?? "")?.[1] : undefined;
    if (field !== undefined && (field === "kid" ? isPutInto(one) : isHandedOver(one))) found = field;
  });
  if (found === undefined) return undefined;
  const lines = text.split("\n").filter((line) => line.includes(`header.${found ?? ""}`));
  return lines.some((line) => ASKED.test(line)) || LIMITED.test(text) ? undefined : found;
}

const LIMITED = /allow|trusted|whitelist|permitted|\bnew URL\(|\.(?:host|hostname|origin)\b/i;

const isHandedOver = (node: t.Node): boolean => {
  const call = parentOf(node);
  return call?.type === "CallExpression" && call.callee !== node;
};

/** `readFileSync("keys/" + header.kid)`, and a query that is put together with it. */
function isPutInto(node: t.Node): boolean {
  let up = parentOf(node);
  const isBuilt = up?.type === "TemplateLiteral" || up?.type === "BinaryExpression";
  while (up?.type === "TemplateLiteral" || up?.type === "BinaryExpression") up = parentOf(up);
  return isBuilt && up?.type === "CallExpression" && READS.test(calleeName(up) ?? "");
}
