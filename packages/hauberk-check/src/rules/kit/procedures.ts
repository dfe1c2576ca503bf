import type { Module } from "../../model/module.ts";
import type { Program } from "../../model/program.ts";
import { rootPackage, type Value } from "../../model/values.ts";
import type { t } from "../../parse/ast.ts";
import { functionGiven } from "./function-given.ts";
import type { Held } from "./held.ts";
import { namesIn } from "./held-names.ts";
import { importsAny } from "./mentions.ts";
import type { Receiver } from "./messages.ts";
import { keyName } from "./nodes.ts";
import { heldBySchemas } from "./schemas.ts";

const PACKAGE = "@trpc/server";
const TRPC = /^@trpc\/server(?:\/.*)?$/;

/** What tRPC calls with an input: `procedure.input(z.object({ name: z.string() })).query(({ input }) => ...)`. */
export function proceduresIn(program: Program): readonly Receiver[] {
  if (!importsAny(program, TRPC)) return [];
  return program.modules.flatMap((module) =>
    (module.index.get("CallExpression") ?? []).flatMap((node) => ofCall(node, module, program)),
  );
}

function ofCall(node: t.Node, module: Module, program: Program): readonly Receiver[] {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return [];
  if (!/^(?:query|mutation|subscription)$/.test(keyName(node.callee.property))) return [];
  const [given] = node.arguments;
  const fn = given === undefined ? undefined : functionGiven(given, module, program);
  const [param] = fn?.params ?? [];
  if (fn === undefined || param === undefined) return [];
  const procedure = program.valueAt(module, node.callee.object);
  if (rootPackage(procedure)?.name !== PACKAGE) return [];
  const held = heldBySchemas(schemasOf(procedure), "input");
  return held === undefined ? [] : [{ fn, given: [], named: inputOf(param, held) }];
}

/** Those of `t.procedure.input(first).use(signedIn).input(second)`, also where a part of it has a name of its own. */
function schemasOf(procedure: Value): readonly Value[] {
  const found: Value[] = [];
  for (let at: Value | undefined = procedure; at !== undefined; at = holderOf(at))
    if (at.k === "call" && at.callee.k === "member" && at.callee.name === "input") found.push(...at.args);
  return found;
}

function holderOf(value: Value): Value | undefined {
  if (value.k === "member") return value.of;
  return value.k === "call" ? value.callee : undefined;
}

/** `input` of `({ input, ctx })`, its fields of `({ input: { id } })`, and `opts.input` of `(opts)`. */
const inputOf = (param: t.Node, held: Held): readonly (readonly [string, Held])[] =>
  fieldOf(param, "input", held);

/** What the names of a parameter hold, one field of which is the client's. */
export function fieldOf(param: t.Node, field: string, held: Held): readonly (readonly [string, Held])[] {
  if (param.type === "Identifier") return [[`${param.name}.${field}`, held]];
  if (param.type !== "ObjectPattern") return [];
  return param.properties.flatMap((one) =>
    one.type === "ObjectProperty" && keyName(one.key) === field ? namesIn(one.value, held) : [],
  );
}
