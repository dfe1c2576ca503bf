import type { Module } from "../../model/module.ts";
import type { Program } from "../../model/program.ts";
import type { Site } from "../../model/values.ts";
import { parentOf, walk, type FunctionNode, type t } from "../../parse/ast.ts";
import { remembered } from "../../remembered.ts";
import { containsRequestData, onlyPieceOf } from "./built-values.ts";
import { isAskedIn } from "./carried.ts";
import { REQUEST_PARTS, type Held } from "./held.ts";
import { handlerAround, isHelper, keyName, sourceText, type HandlerNames } from "./nodes.ts";
import { kinAround, methodNamed, type Kin, type Put } from "./own-fields.ts";
import { heldBy } from "./request-data.ts";
import { isPieceTested } from "./untested.ts";
import type { Where } from "../rule.ts";

type HelperOf = (fn: FunctionNode, module: Module, program: Program) => HandlerNames | undefined;

/**
 * What the function around a node reads of its own object counts as well: `db.query(this.sql)` where another method says
 * `this.sql += name`, and a request handler hands `name` over.
 */
export function withFields(
  base: HandlerNames | undefined,
  node: t.Node,
  where: Where,
  helperOf: HelperOf,
): HandlerNames | undefined {
  const around = kinAround(node, where.module);
  if (around === undefined || around.kin.puts.length === 0) return base;
  const key = base ?? around.fn;
  const known = READERS.get(key);
  if (known !== undefined) return known === "none" ? base : known;
  const fields = fieldsOf(around.kin, where, helperOf);
  if (fields === undefined) return base;
  const text = sourceText(where.module, around.fn);
  const read = [...fields].filter(([field]) => text.includes(field));
  const reader =
    read.length === 0
      ? undefined
      : withGiven(
          base ?? { fn: around.fn, req: "", res: "" },
          new Map(read.map(([field, { held }]) => [field, held])),
          read.flatMap(([, { at, from }]) => [
            ...from.map((one) => ({ at: one, message: "Request data is handed over here." })),
            { at, message: "It is put here." },
          ]),
        );
  READERS.set(key, reader ?? "none");
  return reader ?? base;
}

const READERS = new WeakMap<object, HandlerNames | "none">();

const withGiven = (
  base: HandlerNames,
  fields: ReadonlyMap<string, Held>,
  keptAt: NonNullable<HandlerNames["keptAt"]>,
): HandlerNames => ({
  ...base,
  ...(isHelper(base) || base.req + base.res === "" ? {} : { isRoute: true }),
  given: new Map([...(base.given ?? []), ...fields]),
  keptAt: [...(base.keptAt ?? []), ...keptAt],
});

interface Kept {
  readonly held: Held;
  readonly at: Site;
  /** The calls that hand over what is put there. */
  readonly from: readonly Site[];
}

const FIELDS = new WeakMap<Kin, ReadonlyMap<string, Kept> | "being looked at">();

/** What the fields hold; nothing while that is being asked. */
function fieldsOf(kin: Kin, where: Where, helperOf: HelperOf): ReadonlyMap<string, Kept> | undefined {
  const known = FIELDS.get(kin);
  if (known !== undefined) return known === "being looked at" ? undefined : known;
  FIELDS.set(kin, "being looked at");
  const found = new Map<string, Kept>();
  for (const put of kin.puts)
    if (isRequest(put))
      for (const part of REQUEST_PARTS)
        found.set(`${put.field}.${part}`, {
          held: { part, raw: true, whole: true },
          at: { module: where.module, node: put.node },
          from: [],
        });
  // What is made of another field is seen the second time.
  for (let i = 0; i < 2; i += 1)
    for (const put of kin.puts) {
      if (found.has(put.field)) continue;
      const helper = helperOf(put.by, where.module, where.program);
      const given = new Map([
        ...(helper?.given ?? []),
        ...[...found].map(([name, { held }]) => [name, held] as const),
      ]);
      const held = given.size === 0 ? undefined : heldOf(put, given, where.module);
      if (held !== undefined)
        found.set(put.field, {
          held,
          at: { module: where.module, node: put.node },
          from: (helper?.from ?? []).slice(0, 1),
        });
    }
  for (const field of found.keys()) if (isLookedAt(field, kin, where.module)) found.delete(field);
  FIELDS.set(kin, found);
  return found;
}

/** `constructor(req, res) { this.req = req; }`. */
const isRequest = ({ value, node }: Put): boolean =>
  value.type === "Identifier" && (value.name === "req" || handlerAround(node)?.req === value.name);

function heldOf(
  { value, by, node }: Put,
  given: ReadonlyMap<string, Held>,
  module: Module,
): Held | undefined {
  const handler: HandlerNames = { fn: by, req: "", res: "", given };
  const part = containsRequestData(value, handler);
  if (part === undefined || isPieceTested(value, node, module, handler)) return undefined;
  const own = isAssigned(node) ? heldBy(value, handler) : undefined;
  return own === undefined ? { part, raw: false, whole: false } : { ...own, whole: false };
}

const isAssigned = (node: t.Node): boolean => node.type !== "AssignmentExpression" || node.operator === "=";

/** `this.name = clean(this.name)`, and a method that asks what it is; of a text that grows nobody asks for the value in it. */
function isLookedAt(field: string, { puts, methods }: Kin, module: Module): boolean {
  const own = puts.filter((one) => one.field === field);
  if (own.some(({ node }) => node.type === "CallExpression" || !isAssigned(node))) return false;
  return (
    own.some(({ value }) => value.type === "CallExpression" && sourceText(module, value).includes(field)) ||
    methods.some((one) => isAskedIn(sourceText(module, one), field.replace(".", String.raw`\.`)))
  );
}

type GivenBy = (fn: FunctionNode, call: Site) => ReadonlyMap<string, Held>;

/**
 * What the fields of the one object hold that a call is of: of `new Query("people").where(`id = ${req.params.id}`).toSql()`, or
 * of `q.toSql()` where the function has `const q = new Query("people")` and `q.where(...)`.
 */
export function fieldsOfInstance(
  fn: FunctionNode,
  call: Site,
  handler: HandlerNames,
  home: Module,
  givenBy: GivenBy,
): ReadonlyMap<string, Held> {
  const found = new Map<string, Held>();
  const kin = kinAround(fn.body, home)?.kin;
  if (kin === undefined || kin.puts.length === 0) return found;
  for (const node of callsOfSame(call.node, handler)) {
    const method =
      node.type === "NewExpression" ? methodNamed("constructor", kin) : methodNamed(methodOf(node), kin);
    if (method === undefined || method === fn) continue;
    const given = givenBy(method, { module: call.module, node });
    if (given.size === 0) continue;
    for (const put of kin.puts) {
      const held = put.by === method ? heldOf(put, given, home) : undefined;
      if (held !== undefined) found.set(put.field, held);
    }
  }
  return found;
}

const methodOf = (node: t.Node): string =>
  node.type === "CallExpression" && node.callee.type === "MemberExpression"
    ? keyName(node.callee.property)
    : "";

/** Whether a call is one of an object that something may have been put into before. */
export const isOfObject = ({ callee }: t.CallExpression | t.OptionalCallExpression): boolean =>
  callee.type === "MemberExpression" &&
  /^(?:Identifier|CallExpression|NewExpression)$/.test(callee.object.type);

/** The calls of the same object in the same function, and what made it. */
function callsOfSame(call: t.Node, handler: HandlerNames): readonly t.Node[] {
  const own = chainOf(call);
  const { root } = own;
  if (root.type !== "Identifier") return root.type === "NewExpression" ? [...own.calls, root] : own.calls;
  const made = onlyPieceOf(root.name, handler);
  const before = made === undefined ? undefined : chainOf(made);
  return [
    ...own.calls,
    ...(before === undefined ? [] : [...before.calls, before.root]),
    ...(chainsIn(handler.fn).get(root.name) ?? []),
  ];
}

/** The calls of `a.b().c()`, and what they are of. */
function chainOf(node: t.Node): { readonly calls: readonly t.Node[]; readonly root: t.Node } {
  const calls: t.Node[] = [];
  let root = node;
  while (root.type === "CallExpression" && root.callee.type === "MemberExpression") {
    calls.push(root);
    root = root.callee.object;
  }
  return { calls, root };
}

const chainsIn = remembered((fn: FunctionNode): ReadonlyMap<string, readonly t.Node[]> => {
  const found = new Map<string, t.Node[]>();
  walk(fn.body, (node) => {
    if (node.type !== "CallExpression" || parentOf(node)?.type === "MemberExpression") return;
    const { calls, root } = chainOf(node);
    if (root.type === "Identifier" && calls.length > 0)
      found.set(root.name, [...(found.get(root.name) ?? []), ...calls]);
  });
  return found;
});
