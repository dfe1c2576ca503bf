import type { t } from "../../../parse/ast.ts";
import { sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { SECRET_HOLDER, secretInside } from "../../kit/secret-holders.ts";
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
  if (!SECRET_HOLDER.test(name)) return undefined;
  const secret = secretInside(context.value(node));
  return secret === undefined ? undefined : `${name}, with ${secret},`;
}

const readsPassword = ({ fn, req }: HandlerNames, { module }: NodeContext): boolean =>
  new RegExp(
    String.raw`(?:^|\W)${escapeForPattern(req)}\.body\.\w*password\b|\{[^{}]{0,200}\bpassword\b[^{}]{0,200}\}\s?=\s?${escapeForPattern(req)}\.body\b`,
    "i",
  ).test(sourceText(module, fn));
