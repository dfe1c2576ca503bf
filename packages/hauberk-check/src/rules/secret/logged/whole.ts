import { inProduction } from "../../../model/alternatives.ts";
import type { Value } from "../../../model/values.ts";
import type { t } from "../../../parse/ast.ts";
import { sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { escapeForPattern } from "../../kit/patterns.ts";
import type { NodeContext } from "../../rule.ts";

/** Things that are logged as a whole, with secrets among what they hold. */
export function wholeWithSecrets(
  node: t.Node,
  name: string,
  handler: HandlerNames | undefined,
  context: NodeContext,
): string | undefined {
  if (name === "process.env") return "process.env, with every secret in it,";
  if (handler !== undefined && name === `${handler.req}.headers`)
    return `${name}, with cookies and Authorization,`;
  if (handler !== undefined && name === `${handler.req}.body` && readsPassword(handler, context))
    return `${name}, with the password,`;
  if (!HOLDER.test(name)) return undefined;
  const secret = secretInside(inProduction(context.value(node)), MAX_DEPTH);
  return secret === undefined ? undefined : `${name}, with ${secret},`;
}

const HOLDER = /(?:^|\.)(?:config|configuration|settings|conf|cfg|secrets|credentials)$/i;
const HELD = /(?:secret|password|passwd|private_?key|api_?key|token)s?$/i;
const MAX_DEPTH = 4;

const readsPassword = ({ fn, req }: HandlerNames, { module }: NodeContext): boolean =>
  new RegExp(
    String.raw`(?:^|\W)${escapeForPattern(req)}\.body\.\w*password\b|\{[^{}]{0,200}\bpassword\b[^{}]{0,200}\}\s?=\s?${escapeForPattern(req)}\.body\b`,
    "i",
  ).test(sourceText(module, fn));

/** The name of the first property that is a secret and has a value: a text, or what the environment gives. */
function secretInside(value: Value, depth: number): string | undefined {
  if (value.k !== "obj" || depth === 0) return undefined;
  for (const [name, held] of value.props) {
    const one = inProduction(held);
    if (HELD.test(name) && hasText(one)) return name;
    const inner = secretInside(one, depth - 1);
    if (inner !== undefined) return `${name}.${inner}`;
  }
  return undefined;
}

const hasText = (value: Value): boolean =>
  value.k === "env" ||
  value.k === "fallback" ||
  (value.k === "prim" && typeof value.v === "string" && value.v !== "");
