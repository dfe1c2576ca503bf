import type { t } from "../../../parse/ast.ts";
import { viewText } from "../../kit/views.ts";
import type { NodeContext } from "../../rule.ts";

/** `res.render("error", { error: err })`: what the template shows of the error, its stack or what it says when it is made a text. */
export function shownByView(
  { callee, arguments: [view, locals] }: t.CallExpression,
  { program }: NodeContext,
): "stack" | "message" | undefined {
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return undefined;
  if (callee.property.name !== "render" || view?.type !== "StringLiteral") return undefined;
  const name = locals?.type === "ObjectExpression" ? errorGiven(locals) : undefined;
  if (name === undefined) return undefined;
  const text = viewText(program, view.value);
  if (text === undefined) return undefined;
  return isShown(text, `${name}\\.stack`) ? "stack" : isShown(text, name) ? "message" : undefined;
}

const errorGiven = (locals: t.ObjectExpression): string | undefined =>
  locals.properties
    .flatMap((one) =>
      one.type === "ObjectProperty" &&
      one.key.type === "Identifier" &&
      one.value.type === "Identifier" &&
      /^(?:err|error)$/.test(one.value.name)
        ? [one.key.name]
        : [],
    )
    .at(0);

const isShown = (template: string, pattern: string): boolean =>
  new RegExp(String.raw`(?:[{=#]\{?\s*|<%[-=]\s*|=\s+)${pattern}\s*(?:\}|%>|\||$)`, "m").test(template);
