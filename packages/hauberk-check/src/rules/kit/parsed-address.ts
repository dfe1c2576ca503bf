import type { t } from "../../parse/ast.ts";
import { callArguments, dotted } from "./nodes.ts";
import type { Held } from "./held.ts";

/**
 * `url.parse(req.url)`, and whether its query is an object; `URL` normalises the path, so of it only the query counts. Of a `token`
 * the header is what nobody has verified when it is read; what it says of the visitor may be.
 */
export type Parsed = "text" | "object" | "URL" | "token";

/** What `url.parse(req.url, true)`, `new URL(req.url, base)` and `querystring.parse(...)` hold of the request. */
export function parsedAddress(
  node: t.CallExpression | t.OptionalCallExpression | t.NewExpression,
  holds: (node: t.Node) => Held | undefined,
): Held | undefined {
  const name = dotted(node.callee) ?? requiredUrl(node);
  if (!PARSES.test(name)) return undefined;
  const [from, asObject] = callArguments(node);
  const held = from === undefined ? undefined : holds(from);
  if (held === undefined) return undefined;
  if (READS_QUERY.test(name)) return { part: "query", raw: true, whole: false };
  if (held.part !== "url" && held.part !== "originalUrl") return undefined;
  return { part: held.part, raw: false, whole: false, parsed: kindOf(node, asObject) };
}

/** `require("url").parse(req.url)`. */
const requiredUrl = ({ callee }: t.CallExpression | t.OptionalCallExpression | t.NewExpression): string =>
  callee.type === "MemberExpression" && dotted(callee.property) === "parse" && isUrl(callee.object)
    ? "url.parse"
    : "";

function isUrl(node: t.Node): boolean {
  const [from] = callArguments(node);
  return from?.type === "StringLiteral" && /^(?:node:)?url$/.test(from.value);
}

const PARSES = /(?:^|\.)(?:parse|parseUrl|urlParse|URL|URLSearchParams)$/;
const READS_QUERY = /^(?:qs|querystring|queryString)\.parse$|(?:^|\.)URLSearchParams$/;

function kindOf(node: t.Node, asObject: t.Node | undefined): Parsed {
  if (node.type === "NewExpression") return "URL";
  return asObject?.type === "BooleanLiteral" && asObject.value ? "object" : "text";
}

/** `query` of what an address was parsed into; the other parts of it are texts of the address. */
export function partOfParsed({ part, parsed }: Held, name: string): Held | undefined {
  if (parsed === "token") return name === "header" ? { part, raw: true, whole: false } : undefined;
  if (name === "query" || name === "searchParams")
    return { part: "query", raw: parsed === "object", whole: false };
  return parsed === "URL" ? undefined : { part, raw: false, whole: false };
}
