import type { t } from "../../parse/ast.ts";
import type { Held } from "./held.ts";
import { lastName } from "./function-names.ts";
import { callArguments, dotted } from "./nodes.ts";
import { isSetTrue } from "./objects.ts";

const DECODES = /^(?:jwt|jsonwebtoken|JWT|jws)\.decode$/;
const DECODES_HEADER = /^(?:jose\.)?decodeProtectedHeader$/;

const NAMES: ReadonlySet<string> = new Set(["decode", "decodeProtectedHeader"]);

/** What `jwt.decode(req.body.token, { complete: true })` and `decodeProtectedHeader(token)` hold of the request (RFC 7515, section 4.1). */
export function decodedToken(
  node: t.CallExpression | t.OptionalCallExpression,
  holds: (node: t.Node) => Held | undefined,
): Held | undefined {
  // Asked of every call: nearly all are told apart by the last name alone.
  if (!NAMES.has(lastName(node.callee) ?? "")) return undefined;
  const name = dotted(node.callee) ?? "";
  const isHeader = DECODES_HEADER.test(name);
  if (!isHeader && !(DECODES.test(name) && isComplete(node))) return undefined;
  const [token] = callArguments(node);
  const held = token === undefined ? undefined : holds(token);
  if (held === undefined) return undefined;
  const text = { part: held.part, raw: true, whole: false };
  return isHeader ? text : { ...text, parsed: "token" };
}

/** Without the option there is no header in what is given back; of `jws` there always is. */
const isComplete = (node: t.CallExpression | t.OptionalCallExpression): boolean =>
  dotted(node.callee) === "jws.decode" || isSetTrue(callArguments(node)[1], "complete");
