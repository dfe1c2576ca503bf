import type { Program } from "../../model/program.ts";
import { boundNames, type t } from "../../parse/ast.ts";
import { onlyPieceOf } from "./built-values.ts";
import { dataAround } from "./handed-over.ts";
import { callArguments, dotted, keyName, type HandlerNames } from "./nodes.ts";
import { objectNamed } from "./objects.ts";
import { isTestedBefore } from "./tested.ts";

/** Functions that hand a value on to each other; what is asked further out than that is missed. */
const MAX_HOPS = 5;

/**
 * Whether whoever handed the value over had asked about it, in each of the calls: a function that checks
 * `typeof change.id === "string"` hands `change` on, and `change.id` is used two functions later.
 */
export function isTestedFurtherOut(value: t.Node, handler: HandlerNames, program: Program): boolean {
  const text = dotted(value);
  return text !== undefined && isTestedOutside(text, handler, program, MAX_HOPS);
}

function isTestedOutside(text: string, handler: HandlerNames, program: Program, hops: number): boolean {
  const { fn, from = [] } = handler;
  if (hops === 0 || from.length === 0) return false;
  const [root = "", ...rest] = text.split(".");
  if (!fn.params.some((param) => boundNames(param).includes(root))) {
    const made = onlyPieceOf(root, handler);
    const held = made === undefined ? undefined : dotted(made);
    return held !== undefined && isTestedOutside([held, ...rest].join("."), handler, program, hops - 1);
  }
  return from.every(({ node, module }) => {
    const outer = dataAround(node, { program, module });
    const given = outer === undefined ? undefined : textGiven([root, ...rest], node, fn.params, outer);
    if (outer === undefined || given === undefined) return false;
    return isTestedBefore(module, node, given, outer) || isTestedOutside(given, outer, program, hops - 1);
  });
}

/** What the function around the call names the value: `change.id` for the parameter `id` of `apply({ id: change.id })`. */
function textGiven(
  [root = "", ...rest]: readonly string[],
  call: t.Node,
  params: readonly t.Node[],
  outer: HandlerNames,
): string | undefined {
  const at = params.findIndex((param) => boundNames(param).includes(root));
  const argument = callArguments(call)[at];
  if (argument === undefined) return undefined;
  const path = [...pathIn(params[at], root), ...rest];
  const object = argument.type === "Identifier" ? objectNamed(argument.name, outer) : argument;
  const field =
    object?.type === "ObjectExpression"
      ? object.properties.find((one) => one.type === "ObjectProperty" && keyName(one.key) === path[0])
      : undefined;
  const held = field?.type === "ObjectProperty" ? dotted(field.value) : dotted(argument);
  return held === undefined ? undefined : [held, ...(field === undefined ? path : path.slice(1))].join(".");
}

/** `["id"]` for `key` of `({ id: key })`, nothing for a parameter that has the name itself. */
function pathIn(param: t.Node | undefined, name: string): readonly string[] {
  if (param?.type === "AssignmentPattern") return pathIn(param.left, name);
  if (param?.type !== "ObjectPattern") return [];
  return param.properties.flatMap((one) =>
    one.type === "ObjectProperty" && boundNames(one.value).includes(name) ? [keyName(one.key)] : [],
  );
}
