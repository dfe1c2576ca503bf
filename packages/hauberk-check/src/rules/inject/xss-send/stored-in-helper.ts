import type { Site } from "../../../model/values.ts";
import type { t } from "../../../parse/ast.ts";
import { callArguments, keyName, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { returnedValues } from "../../kit/returned-values.ts";
import { writtenText } from "../../kit/sinks.ts";
import { callIn, isHtml, paramNames } from "./helpers.ts";
import { isStoredValue, storedIn } from "./stored.ts";
import type { Where } from "../../rule.ts";

/**
 * `res.send(page(comments))`, where the function `page` of the project writes what is stored between its tags:
 * `(comments) => `<ul>${comments.map((one) => `<li>${one.text}</li>`).join("")}</ul>``.
 */
export function storedInHelper(given: t.Node, handler: HandlerNames, where: Where): Site | undefined {
  const call = callIn(given, handler);
  if (call === undefined) return undefined;
  const keys = callArguments(call).map((one) => keysOf(one, handler, where));
  if (keys.every((one) => one.length === 0)) return undefined;
  const fn = where.program.valueAt(where.module, call.callee);
  if (fn.k !== "fn") return undefined;
  const names = new Set(
    fn.node.params.flatMap((param, i) => (keys[i] ?? []).flatMap((key) => paramNames(param, key))),
  );
  const inner: HandlerNames = { fn: fn.node, req: "", res: "" };
  const there: Where = { module: fn.module, program: where.program };
  const isPage = returnedValues(fn.node).some((one) => isHtml(writtenText(one, inner, fn.module)));
  if (!isPage || ESCAPES.test(sourceText(fn.module, fn.node))) return undefined;
  for (const value of returnedValues(fn.node)) {
    const found = storedIn(value, inner, there, names);
    if (found !== undefined) return { module: fn.module, node: found };
  }
  return undefined;
}

const ESCAPES = /escape|sanitize|encode|purify/i;

/** "" for an argument that is rows, or the names of the fields that hold some. */
function keysOf(argument: t.Node, handler: HandlerNames, where: Where): readonly string[] {
  if (argument.type !== "ObjectExpression") return isStoredValue(argument, handler, where) ? [""] : [];
  return argument.properties.flatMap((one) =>
    one.type === "ObjectProperty" && isStoredValue(one.value, handler, where) ? [keyName(one.key)] : [],
  );
}
