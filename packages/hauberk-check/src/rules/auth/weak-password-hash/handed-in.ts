import { boundNames, enclosingFunction, type FunctionNode, type t } from "../../../parse/ast.ts";
import type { Site } from "../../../model/values.ts";
import { callersOf } from "../../kit/callers.ts";
import { namesOf } from "../../kit/function-names.ts";
import { callArguments, dotted } from "../../kit/nodes.ts";
import { isPassword } from "../../kit/password-words.ts";
import type { NodeContext } from "../../rule.ts";

/** A function that is given a password under another name: `digest(req.body.password)` of `(value) => sha256(value)`. */
export interface HandedIn {
  readonly fn: FunctionNode;
  /** The calls that do; none where the name of the function says it: `hashPassword(text)`. */
  readonly calls: readonly Site[];
}

export function handedIn(value: t.Node, { module, program }: NodeContext): HandedIn | undefined {
  const fn = value.type === "Identifier" ? enclosingFunction(value) : undefined;
  if (fn === undefined || value.type !== "Identifier") return undefined;
  const at = fn.params.findIndex((param) => boundNames(param).includes(value.name));
  if (at === -1) return undefined;
  const calls = callersOf(fn, module, program).filter((call) => {
    const given = callArguments(call.node)[at];
    return given !== undefined && isTyped(given);
  });
  if (calls.length > 0) return { fn, calls };
  const isNamed = at === 0 && namesOf(fn, module, program).some((name) => HASHES_ONE.test(name));
  return isNamed ? { fn, calls } : undefined;
}

const HASHES_ONE = /^(?:hash|encrypt|digest|encode)(?:_?user)?_?(?:password|passwd|pwd)$/i;

/** A password of somebody's, and not one of the configuration. */
export const isTyped = (node: t.Node): boolean =>
  isPassword(node) && !/config|settings|options|\benv\b/i.test(dotted(node) ?? "");
