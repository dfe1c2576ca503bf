import type { Module } from "../../model/module.ts";
import type { Program } from "../../model/program.ts";
import type { Value } from "../../model/values.ts";
import { annotationOf, isFunction, parentOf, type FunctionNode, type t } from "../../parse/ast.ts";
import { remembered } from "../../remembered.ts";
import { importsAny } from "./mentions.ts";
import type { Receiver } from "./messages.ts";
import { dotted, keyName } from "./nodes.ts";
import type { Held } from "./held.ts";

const PACKAGES =
  /^(?:graphql|graphql-tools|graphql-yoga|graphql-http(?:\/.*)?|express-graphql|type-graphql|apollo-server(?:-\w+)*|@apollo\/server(?:\/.*)?|@graphql-tools\/schema|@nestjs\/graphql)$/;
const ROOTS = /^(?:Query|Mutation|Subscription)$/;

/** The functions that GraphQL calls with the arguments of a query, and the parameter that holds them. */
export function resolversIn(program: Program): readonly Receiver[] {
  if (!importsAny(program, PACKAGES)) return [];
  return program.modules.flatMap((module) => [
    ...(module.index.get("ObjectProperty") ?? []).flatMap((node) => byProperty(node, module, program)),
    ...(module.index.get("ObjectMethod") ?? []).flatMap((node) =>
      node.type === "ObjectMethod" && isResolve(node) ? receiver(node, 1, program) : [],
    ),
    ...(module.index.get("Decorator") ?? []).flatMap((node) => byDecorator(node, program)),
  ]);
}

function byProperty(node: t.Node, module: Module, program: Program): readonly Receiver[] {
  if (node.type !== "ObjectProperty") return [];
  const name = keyName(node.key);
  if (isFunction(node.value)) return isResolve(node) ? receiver(node.value, 1, program) : [];
  if (!ROOTS.test(name) && name !== "rootValue") return [];
  const valueOf = (one: t.Node): Value => program.valueAt(module, one);
  if (name === "rootValue") return functionsOf(valueOf(node.value)).flatMap((fn) => receiver(fn, 0, program));
  const map = parentOf(node);
  // `User: { posts: (user, args) => ... }` stands beside `Query`.
  const types = map?.type === "ObjectExpression" ? map.properties : [node];
  return types.flatMap((one) =>
    one.type === "ObjectProperty" && /^[A-Z]/.test(keyName(one.key))
      ? functionsOf(valueOf(one.value)).flatMap((fn) => receiver(fn, 1, program))
      : [],
  );
}

/** `{ type: User, args: { id: ... }, resolve(parent, args) { ... } }`. */
function isResolve(node: t.Node): boolean {
  if ((node.type !== "ObjectProperty" && node.type !== "ObjectMethod") || keyName(node.key) !== "resolve")
    return false;
  const field = parentOf(node);
  return (
    field?.type === "ObjectExpression" &&
    field.properties.some((one) => one.type === "ObjectProperty" && keyName(one.key) === "type")
  );
}

/** `user(@Arg("name") name: string)`. */
function byDecorator(node: t.Node, program: Program): readonly Receiver[] {
  if (node.type !== "Decorator" || node.expression.type !== "CallExpression") return [];
  if (!/^Args?$/.test(dotted(node.expression.callee) ?? "")) return [];
  const param = parentOf(node);
  const fn = param === undefined ? undefined : parentOf(param);
  if (param?.type !== "Identifier" || fn === undefined || !isFunction(fn)) return [];
  if (isNoText(param)) return [];
  // Each parameter has its own; those of one method are put together.
  const held = argumentsHeld(program);
  return [
    {
      fn,
      given: fn.params.flatMap((one) =>
        one.type === "Identifier" && isArgument(one) ? [[one, held] as const] : [],
      ),
    },
  ];
}

const isArgument = (param: t.Identifier): boolean =>
  param.decorators?.some(
    (one) => one.expression.type === "CallExpression" && /^Args?$/.test(dotted(one.expression.callee) ?? ""),
  ) === true && !isNoText(param);

const isNoText = (param: t.Identifier): boolean =>
  /^TS(?:Number|Boolean)Keyword$/.test(annotationOf(param)?.type ?? "");

function functionsOf(value: Value): readonly FunctionNode[] {
  if (value.k !== "obj") return [];
  const own = [...value.props.values()].flatMap((one) =>
    one.k === "fn" ? [one.node] : one.k === "obj" ? resolveOf(one) : [],
  );
  const methods =
    value.cls?.node.body.body.filter((one) => one.type === "ClassMethod" && one.kind === "method") ?? [];
  return [...own, ...methods.filter((one) => isFunction(one))];
}

/** `Subscription: { added: { subscribe, resolve } }`. */
const resolveOf = (field: Extract<Value, { k: "obj" }>): readonly FunctionNode[] =>
  ["resolve", "subscribe"].flatMap((name) => {
    const one = field.props.get(name);
    return one?.k === "fn" ? [one.node] : [];
  });

function receiver(fn: FunctionNode, at: number, program: Program): readonly Receiver[] {
  const param = fn.params[at];
  return param === undefined ? [] : [{ fn, given: [[param, argumentsHeld(program)]] }];
}

const argumentsHeld = remembered((program: Program): Held => ({
  part: "args",
  raw: false,
  whole: false,
  except: numbersOf(program),
}));

const NUMBERS =
  /\b(\w{1,60}) ?: ?(?:\{ ?type: ?)?(?:new GraphQLNonNull\( ?)?(?:GraphQL)?(?:Int|Float|Boolean)\b/g;

/** Names that some schema of the project gives a number: GraphQL lets nothing else through. */
const numbersOf = (program: Program): ReadonlySet<string> =>
  new Set(
    [...program.modules.map(({ text }) => text), ...schemasOf(program)]
      .filter((text) => /\bInt\b|\bFloat\b|\bBoolean\b|GraphQL(?:Int|Float|Boolean)/.test(text))
      .flatMap((text) => [...text.matchAll(NUMBERS)].map((match) => match[1] ?? "")),
  );

const schemasOf = ({ files }: Program): readonly string[] =>
  files.list.filter((path) => /\.(?:graphqls?|gql)$/.test(path)).map((path) => files.read(path) ?? "");
