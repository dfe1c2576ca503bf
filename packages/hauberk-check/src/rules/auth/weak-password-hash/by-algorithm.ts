import { boundNames, enclosingFunction, type t } from "../../../parse/ast.ts";
import type { Site } from "../../../model/values.ts";
import { callersOf } from "../../kit/callers.ts";
import { callArguments } from "../../kit/nodes.ts";
import type { NodeContext } from "../../rule.ts";
import { isTyped } from "./handed-in.ts";

/** `sum("md5", req.body.password)` of `const sum = (kind, text) => createHash(kind).update(text).digest("hex")`. */
export interface Chosen {
  readonly name: string;
  readonly calls: readonly Site[];
}

/** The calls that choose a fast hash for a password, where a function is given the algorithm as well; of one that gives nothing its default. */
export function chosenByCalls(
  algorithm: t.Node,
  value: t.Node,
  { module, program }: NodeContext,
  fastOf: (algorithm: t.Node, module: Site["module"]) => string | undefined,
): Chosen | undefined {
  const fn = enclosingFunction(algorithm);
  if (fn === undefined || algorithm.type !== "Identifier" || value.type !== "Identifier") return undefined;
  const at = (name: string): number => fn.params.findIndex((param) => boundNames(param).includes(name));
  const [chosen, typed] = [at(algorithm.name), at(value.name)];
  if (chosen === -1 || typed === -1) return undefined;
  const param = fn.params[chosen];
  const otherwise = param?.type === "AssignmentPattern" ? param.right : undefined;
  let name: string | undefined;
  const calls = callersOf(fn, module, program).filter((call) => {
    const given = callArguments(call.node);
    const password = given[typed];
    const kind = given[chosen] ?? otherwise;
    const fast =
      kind === undefined ? undefined : fastOf(kind, given[chosen] === undefined ? module : call.module);
    if (fast === undefined || password === undefined || !isTyped(password)) return false;
    name ??= fast;
    return true;
  });
  return name === undefined ? undefined : { name, calls };
}
