import type { Module } from "../../model/module.ts";
import type { Program } from "../../model/program.ts";
import { parentOf, type FunctionNode } from "../../parse/ast.ts";
import { namesOf } from "./function-names.ts";
import { mentions } from "./mentions.ts";
import { callArguments, plainText } from "./nodes.ts";

/** Whether a function is for whoever has forgotten a password: `app.post("/forgot-password", ...)`, `exports.forgotPassword = ...`. */
export function isForgotten(fn: FunctionNode, module: Module, program: Program): boolean {
  if (!mentions(module, FORGOTTEN)) return false;
  const call = parentOf(fn);
  const [path] = call === undefined ? [] : callArguments(call);
  const names = path === undefined ? namesOf(fn, module, program) : [plainText(path) ?? ""];
  return names.some((one) => FORGOTTEN.test(one) && !one.includes("/:"));
}

const FORGOTTEN =
  /forgot|forget-?passw|lost-?passw|recover[-_]?(?:passw|account)|(?:request|send)[-_]?(?:passw\w{2,4})?[-_]?reset/i;
