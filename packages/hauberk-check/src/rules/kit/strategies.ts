import { functionGiven } from "./function-given.ts";
import type { Program } from "../../model/program.ts";
import type { Module } from "../../model/module.ts";
import type { t } from "../../parse/ast.ts";
import { lastName } from "./function-names.ts";
import { importsAny } from "./mentions.ts";
import type { Held } from "./held.ts";
import type { Receiver } from "./messages.ts";
import { callArguments } from "./nodes.ts";
import { isSetTrue } from "./objects.ts";

const PACKAGES = /^passport-(?:local|http|custom)$/;
const STRATEGY = /^(?:Local|Basic|Passport|passport)?_?(?:Local|Basic)?Strategy$/;

/**
 * The functions that passport calls with the name and the password somebody typed: `new LocalStrategy((username, password, done) => ...)`.
 * They are taken for texts: routes in front of it may have looked at what they are.
 */
export function strategies(program: Program): readonly Receiver[] {
  if (!importsAny(program, PACKAGES)) return [];
  return program.modules.flatMap((module) =>
    (module.index.get("NewExpression") ?? []).flatMap((node) => verifierIn(node, module, program)),
  );
}

function verifierIn(node: t.Node, module: Module, program: Program): readonly Receiver[] {
  const name = node.type === "NewExpression" ? (lastName(node.callee) ?? "") : "";
  if (!STRATEGY.test(name)) return [];
  const args = callArguments(node);
  const verify = args.at(-1);
  const fn = verify === undefined ? undefined : functionGiven(verify, module, program);
  if (fn === undefined || fn.params.length < 3) return [];
  const isGivenRequest = args.length > 1 && isSetTrue(args[0], "passReqToCallback");
  const [first] = fn.params;
  const from = isGivenRequest ? 1 : 0;
  const held: Held = { part: /Basic/.test(name) ? "headers" : "body", raw: false, whole: false };
  return [
    {
      fn,
      given: fn.params.slice(from, from + 2).map((param) => [param, held]),
      ...(isGivenRequest && first?.type === "Identifier" && { req: first.name }),
    },
  ];
}
