import { alternatives } from "../../../model/alternatives.ts";
import type { Module } from "../../../model/module.ts";
import type { Program } from "../../../model/program.ts";
import { enclosingFunction, parentOf, walk, type FunctionNode, type t } from "../../../parse/ast.ts";
import { onlyPieceOf } from "../../kit/built-values.ts";
import { lastName, namesOf } from "../../kit/function-names.ts";
import { mentions } from "../../kit/mentions.ts";
import { contains, dotted, handlerAround, keyName, type HandlerNames } from "../../kit/nodes.ts";
import type { NodeContext } from "../../rule.ts";
import { remembered } from "../../../remembered.ts";
import { originOf } from "./origin.ts";
import { partsSent } from "./parts-sent.ts";
import { fieldOf, isReachedHolding } from "./reached.ts";

/** A function of the project that gives back an object with an error, or its text, in it: `return { ok: false, error: err.message }`. */
export interface Teller {
  readonly fn: FunctionNode;
  readonly module: Module;
  readonly value: t.ObjectExpression;
  readonly part: t.Node;
}

/** `res.json(await listUsers())`, `const found = run(name); res.json({ ...found })`: what of an error the helper gave comes along. */
export function tellersFor(answer: t.CallExpression, context: NodeContext): readonly Teller[] {
  const tellers = tellersIn(context.program);
  if (tellers.size === 0) return [];
  const handler = handlerAround(answer);
  if (handler === undefined) return [];
  return answer.arguments
    .flatMap(partsSent)
    .flatMap((one) => sourceOf(one, handler) ?? [])
    .flatMap((source) =>
      tellersOf(source, tellers, context).filter((one) => comesAlong(one, source, answer)),
    );
}

/** Where a part of an answer comes from. */
interface Source {
  readonly call: t.CallExpression;
  readonly isAwaited: boolean;
  readonly key?: string;
  /** The variables that hold what was given back, or what stood there under a key. */
  readonly names: ReadonlyMap<string, string | undefined>;
}

function sourceOf(part: t.Node, handler: HandlerNames): Source | undefined {
  switch (part.type) {
    case "AwaitExpression":
    case "CallExpression":
      return calledBy(part);
    case "Identifier": {
      const made = onlyPieceOf(part.name, handler);
      const source = made && calledBy(made);
      return source
        ? { ...source, names: new Map([[part.name, undefined]]) }
        : takenApart(handler.fn).get(part.name);
    }
    case "MemberExpression": {
      const held = part.object.type === "Identifier" ? sourceOf(part.object, handler) : undefined;
      return held === undefined || held.key !== undefined
        ? undefined
        : { ...held, key: keyName(part.property) };
    }
    default:
      return undefined;
  }
}

function calledBy(made: t.Node): Source | undefined {
  const isAwaited = made.type === "AwaitExpression";
  const call = isAwaited ? made.argument : made;
  return call.type === "CallExpression" ? { call, isAwaited, names: new Map() } : undefined;
}

/** `const { error, rows } = await listUsers()`. */
const takenApart = remembered((fn: FunctionNode): ReadonlyMap<string, Source> => {
  const found = new Map<string, Source>();
  walk(fn.body, (node) => {
    if (node.type !== "VariableDeclarator" || node.id.type !== "ObjectPattern" || !node.init) return;
    const source = calledBy(node.init);
    if (source === undefined) return;
    const names = new Map(
      node.id.properties.flatMap((one) =>
        one.type === "ObjectProperty" && one.value.type === "Identifier"
          ? [[one.value.name, keyName(one.key)] as const]
          : [],
      ),
    );
    for (const [name, key] of names) found.set(name, { ...source, key, names });
  });
  return found;
});

function tellersOf(
  { call, isAwaited }: Source,
  tellers: Tellers,
  { program, module }: NodeContext,
): readonly Teller[] {
  const named = tellers.get(lastName(call.callee) ?? "");
  if (named === undefined) return [];
  const called = alternatives(program.valueAt(module, call.callee));
  const [only] = called;
  if (called.length !== 1 || only?.k !== "fn") return [];
  return named.filter(({ fn }) => fn === only.node && isAwaited === fn.async);
}

/** Whether the answer is given with it, and holds it: `res.json({ error: found.error })`. */
function comesAlong({ value, part }: Teller, { call, key, names }: Source, answer: t.Node): boolean {
  if (key !== undefined && !isUnder(part, key, value)) return false;
  const values = new Map(
    [...names].map(([name, own]) => [name, own === undefined ? value : fieldOf(value, own)] as const),
  );
  return isReachedHolding(answer, { values, from: call.end ?? 0 });
}

function isUnder(part: t.Node, key: string, value: t.ObjectExpression): boolean {
  const field = value.properties.find((one) => one.type === "ObjectProperty" && keyName(one.key) === key);
  return field !== undefined && contains(field, part);
}

type Tellers = ReadonlyMap<string, readonly Teller[]>;

/** By the names of the functions. */
const tellersIn = remembered((program: Program): Tellers => {
  const found = new Map<string, Teller[]>();
  for (const module of program.modules)
    for (const teller of tellersInModule(module))
      for (const name of new Set(namesOf(teller.fn, module, program))) {
        const others = found.get(name);
        if (others === undefined) found.set(name, [teller]);
        else others.push(teller);
      }
  return found;
});

const TELLS = /\b(?:e|ex|err|error|exception|reason)\d?\.(?:message|stack)\b/i;

function tellersInModule(module: Module): readonly Teller[] {
  if (!mentions(module, TELLS)) return [];
  return (module.index.get("ObjectProperty") ?? []).flatMap((node) => {
    if (node.type !== "ObjectProperty" || !MAY_TELL.has(node.value.type)) return [];
    const part = partsSent(node.value).find((one) => ERROR_TEXT.test(dotted(one) ?? ""));
    return part === undefined ? [] : (tellerAt(part, node, module) ?? []);
  });
}

const MAY_TELL: ReadonlySet<string> = new Set([
  "MemberExpression",
  "TemplateLiteral",
  "BinaryExpression",
  "LogicalExpression",
  "ConditionalExpression",
]);
const ERROR_TEXT = /^(?:e|ex|err|error|exception|reason)\d?\.(?:message|stack)$/i;

/** Where the object is what the function that caught the error gives back. */
function tellerAt(part: t.Node, property: t.ObjectProperty, module: Module): Teller | undefined {
  let value = parentOf(property);
  for (let up = value && parentOf(value); up?.type === "ObjectProperty"; up = value && parentOf(value))
    value = parentOf(up);
  const fn = enclosingFunction(property);
  const name = dotted(part)?.split(".")[0];
  const origin = name === undefined ? undefined : originOf(part, name);
  if (value?.type !== "ObjectExpression" || fn === undefined || origin?.kind !== "caught") return undefined;
  if (enclosingFunction(origin.within) !== fn || parentOf(value)?.type !== "ReturnStatement")
    return undefined;
  return { fn, module, value, part };
}
