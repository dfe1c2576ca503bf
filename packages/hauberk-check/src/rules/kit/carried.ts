import type { Program } from "../../model/program.ts";
import type { Site } from "../../model/values.ts";
import type { FunctionNode, t } from "../../parse/ast.ts";
import { remembered } from "../../remembered.ts";
import { partNamed, type Held } from "./held.ts";
import { containsRequestData } from "./built-values.ts";
import { dotted, handlerAround, keyName, sourceText, type HandlerNames } from "./nodes.ts";
import { heldBy } from "./request-data.ts";
import { isPieceTested } from "./untested.ts";
import { isValidatedRoute } from "./validated-routes.ts";
import type { Where } from "../rule.ts";

/** What stands under a name that middleware has given the request or the answer, and where it was put there. */
interface Carried {
  readonly held: Held;
  readonly at: Site;
}

/**
 * A request handler that reads what earlier ones have left there: `req.docName` where some middleware says
 * `req.docName = req.query.doc`, and `res.locals.word`.
 */
export function withCarried(handler: HandlerNames, { module, program }: Where): HandlerNames {
  if (handler.given !== undefined) return handler;
  const all = carriedIn(program);
  if (all.size === 0) return handler;
  const known = READERS.get(handler.fn);
  if (known !== undefined) return known;
  const text = sourceText(module, handler.fn);
  const read = [...all].flatMap(([path, one]) =>
    text.includes(path.slice(path.lastIndexOf(".") + 1)) ? [[ownName(path, handler), one] as const] : [],
  );
  const reader =
    read.length === 0
      ? handler
      : {
          ...handler,
          isRoute: true as const,
          given: new Map(read.map(([path, { held }]) => [path, held])),
          keptAt: read.map(([, { at }]) => ({ at, message: "It is put here." })),
        };
  READERS.set(handler.fn, reader);
  return reader;
}

const READERS = new WeakMap<FunctionNode, HandlerNames>();

/** `request.docName` for a handler that calls it so. */
const ownName = (path: string, { req, res }: HandlerNames): string =>
  path.startsWith("req.") ? `${req}${path.slice(3)}` : `${res}${path.slice(3)}`;

/** By the path, `req.docName` or `res.locals.word`: what only ever holds request data, of which nothing is asked anywhere. */
const carriedIn = remembered((program: Program): ReadonlyMap<string, Carried> => {
  const found = new Map<string, Carried>();
  const others = new Set<string>();
  for (const module of program.modules) {
    if (!PUTS.test(module.text)) continue;
    for (const node of module.index.get("AssignmentExpression") ?? []) {
      if (node.type !== "AssignmentExpression" || node.left.type !== "MemberExpression") continue;
      const left = dotted(node.left) ?? "";
      if (!PLACE.test(left)) continue;
      note(node, left, { module, program });
    }
  }
  for (const path of found.keys()) if (others.has(path) || isAskedOf(path, program)) found.delete(path);
  return found;

  function note(node: t.AssignmentExpression, left: string, where: Where): void {
    const handler = handlerAround(node);
    const path = handler === undefined ? undefined : pathOf(left, handler);
    if (handler === undefined || path === undefined) return;
    const fields = node.right.type === "ObjectExpression" ? node.right.properties : undefined;
    if (fields === undefined) {
      const held = asItCame(node.right, node, handler, where);
      if (held === undefined) others.add(path);
      else found.set(path, { held, at: { module: where.module, node } });
      return;
    }
    for (const one of fields) {
      if (one.type !== "ObjectProperty") continue;
      const inner = `${path}.${keyName(one.key)}`;
      const held = asItCame(one.value, node, handler, where);
      if (held === undefined) others.add(inner);
      else found.set(inner, { held: { ...held, whole: false }, at: { module: where.module, node } });
    }
  }
});

const PUTS = /\b(?:req|request)\.\w+(?:\.\w+)? ?=[^=]|\.locals\.\w+ ?=[^=]/;
const PLACE = /^_?(?:req|request)\.\w+(?:\.\w+)?$|^_?(?:res|response)\.locals\.\w+$/;

/** The path by the names that most handlers use; nothing for what Express itself puts there. */
function pathOf(left: string, { req, res }: HandlerNames): string | undefined {
  const [holder, field = ""] = left.split(".");
  if (res !== "" && holder === res) return `res${left.slice(res.length)}`;
  // A session is kept from one request to the next, and everybody has one of their own.
  return req !== "" && holder === req && partNamed(field) === undefined && !/^(?:session|user)$/.test(field)
    ? `req${left.slice(req.length)}`
    : undefined;
}

function asItCame(
  value: t.Node,
  node: t.AssignmentExpression,
  handler: HandlerNames,
  { module, program }: Where,
): Held | undefined {
  const part = node.operator === "=" ? containsRequestData(value, handler) : undefined;
  if (part === undefined || /^(?:url|originalUrl)$/.test(part)) return undefined;
  if (isValidatedRoute(handler.fn, module, program)) return undefined;
  if (isPieceTested(value, node, module, handler)) return undefined;
  return heldBy(value, handler) ?? { part, raw: false, whole: false };
}

/** `if (!isName(req.docName)) return ...` in a handler between: then it is what it must be, or may be. */
function isAskedOf(path: string, program: Program): boolean {
  const own = path
    .replace(/^req\./, String.raw`(?:req|request)\.`)
    .replace(/^res\./, String.raw`(?:res|response)\.`);
  const name = path.slice(path.lastIndexOf(".") + 1);
  const asks = asking(own);
  // Most files never name it, and the expression goes through all of a text.
  return program.modules.some(({ text }) => text.includes(name) && asks.test(text));
}

/** Whether a code asks anywhere what a value is, by the pattern for how it is written. */
export const isAskedIn = (text: string, own: string): boolean => asking(own).test(text);

const asking = (own: string): RegExp =>
  new RegExp(
    String.raw`\b(?:test|includes|has|match|exec|Number|String|(?:is|valid|check|verif|assert|allow|sanit|escape|parse|normal)\w{0,40})\(\s{0,9}${own}\s{0,9}[,)]|${own}(?:\.(?:match|startsWith|includes|indexOf)\(|\.length\b|\s{0,9}[!=]==?)`,
    "i",
  );
