import type { Module } from "../../../model/module.ts";
import type { t } from "../../../parse/ast.ts";
import { onlyPieceOf } from "../../kit/built-values.ts";
import type { RequestPart } from "../../kit/held.ts";
import { calleeName, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { partInside } from "./part-given.ts";

/** `fs.createReadStream(join(folder, req.params.name)).pipe(res)`: pipe() listens for errors of the target alone. */
export function unheardStream(
  { callee }: t.CallExpression,
  handler: HandlerNames,
  module: Module,
): RequestPart | undefined {
  const stream = callee.type === "MemberExpression" ? callee.object : undefined;
  const opened = stream?.type === "Identifier" ? onlyPieceOf(stream.name, handler) : stream;
  if (opened?.type !== "CallExpression" || !/^(?:fs\.)?createReadStream$/.test(calleeName(opened) ?? ""))
    return undefined;
  const [path] = opened.arguments;
  // Whoever listens, or looks whether there is a file, does so in a few ways.
  if (path === undefined || LOOKS.test(sourceText(module, handler.fn))) return undefined;
  const made = path.type === "Identifier" ? onlyPieceOf(path.name, handler) : undefined;
  return partInside(made ?? path, handler);
}

const LOOKS =
  /["'`]error["'`]|exists|stat(?:Sync)?\(|access|realpath|readdir|isFile|includes\(|indexOf\(|\.has\(|\.test\(/i;
