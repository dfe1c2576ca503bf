import { codeOf, type Module } from "../../../model/module.ts";
import type { Program } from "../../../model/program.ts";
import type { Value } from "../../../model/values.ts";
import { ancestors, isFunction, type t } from "../../../parse/ast.ts";
import { beforeHandler, valueOf, type Before } from "../../kit/before-handler.ts";
import { mentions } from "../../kit/mentions.ts";
import { isHelper, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { VALIDATES } from "../../kit/validated-routes.ts";
import type { NodeContext } from "../../rule.ts";
import { fieldOf } from "./field-names.ts";
import { asksForPlain, isOfSchemas } from "./schemas.ts";
import { chainsIn, type Chain } from "./validator-chains.ts";

interface Asked {
  readonly field: string;
  readonly part: string;
  readonly node: t.Node;
  readonly handler: HandlerNames;
}

/**
 * Whether what comes before the query makes sure that a field of the request is no object: a chain of express-validator in the
 * handler or before it, or a schema before each of its routes.
 */
export function isAskedBefore(
  value: t.Node,
  part: string,
  { node, handler }: { readonly node: t.Node; readonly handler: HandlerNames },
  { module, program }: NodeContext,
): boolean {
  if (isHelper(handler) || (part !== "body" && part !== "query")) return false;
  const field = fieldOf(value, handler);
  if (field === undefined) return false;
  const asked: Asked = { field, part, node, handler };
  const isRead = isReadInHandler(asked, module);
  if (isAskedInHandler(asked, isRead, module)) return true;
  const before = beforeHandler(handler.fn, module, program);
  return before.length > 0 && before.every((one) => isAskedOn(one, asked, isRead, program));
}

function isAskedInHandler(asked: Asked, isRead: boolean, module: Module): boolean {
  const { fn } = asked.handler;
  if (!mentions(module, OF_CHAINS)) return false;
  return chainsIn(fn.body)
    .filter((one) => one.isRun && (one.node.end ?? 0) < (asked.node.start ?? 0))
    .some((one) => holds(one, asked, isRead));
}

const OF_CHAINS = /\b(?:assert|(?:check|sanitize)(?:Body|Query)?|body|query|filter)\(/;

const holds = (chain: Chain, { field, part }: Asked, isRead: boolean): boolean =>
  chain.field === field &&
  (chain.part === "any" || chain.part === part) &&
  (chain.isMade || (chain.isAsked && isRead));

const READS = /\b(?:(?:async)?validationErrors|validationResult|getValidationResult)\s*\(/i;

/** The handler reads what the chains have found, and ends there or asks before it goes on. */
function isReadInHandler({ node, handler: { fn } }: Asked, module: Module): boolean {
  const from = fn.body.start ?? 0;
  const above = codeOf(module).slice(from, node.start ?? from);
  const at = above.search(READS);
  if (at === -1) return false;
  const rest = above.slice(at);
  if (/\b(?:return|throw|else)\b/.test(rest)) return true;
  return ancestors(node).some(
    (up) => up.type === "IfStatement" && /\.isEmpty\(|errors?\b/i.test(sourceText(module, up.test)),
  );
}

function isAskedOn({ module, items }: Before, asked: Asked, isRead: boolean, program: Program): boolean {
  const values = items.map((item) => ({ item, values: standsFor(item, module, program) }));
  const isReadAt = isRead || values.some((one) => reads(one.item, one.values, module));
  return values.some(
    ({ item, values: of }) =>
      chainsOf(item, of).some((one) => holds(one, asked, isReadAt)) ||
      of.some(
        (one) =>
          (isOfSchemas(one) || VALIDATES.test(sourceText(module, item))) &&
          isSchemaFor(one, item, module, asked, program),
      ),
  );
}

/** Only names have to be looked up. */
const standsFor = (item: t.Node, module: Module, program: Program): readonly Value[] =>
  isFunction(item) || item.type === "StringLiteral" ? [] : valueOf(item, module, program);

const chainsOf = (item: t.Node, values: readonly Value[]): readonly Chain[] => [
  ...(isFunction(item) ? [] : chainsIn(item)),
  ...(item.type === "CallExpression" ? [] : values.flatMap(placesOf)).flatMap(chainsIn),
];

const placesOf = (value: Value): readonly t.Node[] =>
  (value.k === "arr" || value.k === "call") && value.site !== undefined ? [value.site.node] : [];

function reads(item: t.Node, values: readonly Value[], module: Module): boolean {
  if (isFunction(item)) return READS.test(sourceText(module, item));
  return values.some((one) => {
    const inside = one.k === "arr" ? one.items : [one];
    return inside.some((each) => each.k === "fn" && READS.test(sourceText(each.module, each.node)));
  });
}

/** `validate(schema)`, `celebrate({ body: schema })`, also under another name. */
function isSchemaFor(
  value: Value,
  item: t.Node,
  module: Module,
  { part, field }: Asked,
  program: Program,
): boolean {
  const given =
    value.k === "call"
      ? value.args
      : item.type === "CallExpression"
        ? item.arguments.flatMap((one) => valueOf(one, module, program))
        : [];
  return given.some((one) => asksForPlain(one, part, field) === true);
}
