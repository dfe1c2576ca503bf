import type { Module } from "../../../model/module.ts";
import type { t } from "../../../parse/ast.ts";
import { piecesOf } from "../../kit/built-values.ts";
import { calleeName, handlerAround, plainText, sourceText } from "../../kit/nodes.ts";
import { isSqlStart, plainStart } from "../../kit/queries.ts";
import { partsSent } from "./parts-sent.ts";

/** `res.json({ error: "Not found", path: file })`, `res.json({ error: "Failed", query })`: what only the server knows. */
export function showsInternals(answer: t.CallExpression, module: Module): string | undefined {
  const handler = handlerAround(answer);
  if (handler === undefined) return undefined;
  for (const part of answer.arguments.flatMap(fields)) {
    if (part.type !== "Identifier") continue;
    const [made, ...more] = piecesOf(part.name, handler);
    if (made === undefined) continue;
    if (isQueryText(made)) return "The answer contains the SQL of a query.";
    if (more.length === 0 && isOwnPath(made, module)) return "The answer contains a path of the server.";
  }
  return undefined;
}

/** A page is given paths and texts for itself; a text or an object that is sent is all there is to see. */
const fields = (given: t.Node): readonly t.Node[] => (given.type === "Identifier" ? [] : partsSent(given));

/** Of more than a few words: `SELECT` alone may be the name of a button. */
const isQueryText = (made: t.Node): boolean =>
  isSqlStart(made) && /\b(?:FROM|INTO|SET|TABLE)\s/i.test(plainText(made) ?? plainStart(made));

const isOwnPath = (made: t.Node, module: Module): boolean =>
  /^(?:path\.)?(?:join|resolve)$/.test(calleeName(made) ?? "") &&
  /\b(?:__dirname|process\.cwd\(\)|import\.meta\.dirname)/.test(sourceText(module, made));
