import type { Module } from "../../model/module.ts";
import type { Program } from "../../model/program.ts";
import { property } from "../../model/properties.ts";
import { partOf } from "../../model/ts-rest.ts";
import { rootPackage, type Value } from "../../model/values.ts";
import type { FunctionNode, t } from "../../parse/ast.ts";
import { functionGiven } from "./function-given.ts";
import type { Held, RequestPart } from "./held.ts";
import { importsAny } from "./mentions.ts";
import type { Receiver } from "./messages.ts";
import { keyName } from "./nodes.ts";
import { fieldOf } from "./procedures.ts";
import { heldBySchemas, isMissing } from "./schemas.ts";

const TS_REST = /^@ts-rest\//;

/** What ts-rest calls with the parts of a request: `initServer().router(contract, { getNote: async ({ params, query, body }) => ... })`. */
export function contractsIn(program: Program): readonly Receiver[] {
  if (!importsAny(program, TS_REST)) return [];
  return program.modules.flatMap((module) =>
    (module.index.get("CallExpression") ?? []).flatMap((node) => ofCall(node, module, program)),
  );
}

function ofCall(node: t.Node, module: Module, program: Program): readonly Receiver[] {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return [];
  const [contract, handlers] = node.arguments;
  if (keyName(node.callee.property) !== "router" || contract === undefined || handlers === undefined)
    return [];
  if (handlers.type !== "ObjectExpression") return [];
  const server = program.valueAt(module, node.callee.object);
  if (!TS_REST.test(rootPackage(server)?.name ?? "")) return [];
  return receiversIn(handlers, partOf(program.valueAt(module, contract)), { module, program });
}

interface Where {
  readonly module: Module;
  readonly program: Program;
}

function receiversIn(handlers: t.ObjectExpression, routes: Value, where: Where): readonly Receiver[] {
  return handlers.properties.flatMap((one) => {
    if (one.type === "SpreadElement") return [];
    const route = partOf(property(routes, keyName(one.key)));
    const handler = handlerOf(one, where);
    if (handler === undefined)
      return one.type === "ObjectProperty" && one.value.type === "ObjectExpression"
        ? receiversIn(one.value, route, where)
        : [];
    const [param] = handler.params;
    return param === undefined ? [] : [{ fn: handler, given: [], named: namedBy(param, route) }];
  });
}

/** Itself, or the `handler` beside a list of middlewares. */
function handlerOf(one: t.ObjectProperty | t.ObjectMethod, where: Where): FunctionNode | undefined {
  if (one.type === "ObjectMethod") return one;
  const { value } = one;
  if (value.type === "ObjectExpression") {
    const inner = value.properties.find(
      (field) => field.type !== "SpreadElement" && keyName(field.key) === "handler",
    );
    return inner === undefined || inner.type === "SpreadElement" ? undefined : handlerOf(inner, where);
  }
  return functionGiven(value, where.module, where.program);
}

const PARTS: readonly (readonly [field: string, schema: string, part: RequestPart])[] = [
  ["params", "pathParams", "params"],
  ["query", "query", "query"],
  ["body", "body", "body"],
  ["headers", "headers", "headers"],
];

function namedBy(param: t.Node, route: Value): readonly (readonly [string, Held])[] {
  return PARTS.flatMap(([field, schema, part]) => {
    const held = heldIn(property(route, schema), part, route);
    return held === undefined ? [] : fieldOf(param, field, held);
  });
}

/** Types alone look at nothing (`contract.type<Note>()`), and a path without a schema is a text. */
function heldIn(schema: Value, part: RequestPart, route: Value): Held | undefined {
  if (isMissing(schema))
    return part === "params" && route.k === "obj" ? { part, raw: false, whole: false } : undefined;
  if (schema.k === "call" && TS_REST.test(rootPackage(schema)?.name ?? ""))
    return { part, raw: true, whole: true };
  return heldBySchemas([schema], part);
}
