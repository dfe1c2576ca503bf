import type { Module } from "../../../model/module.ts";
import type { Program } from "../../../model/program.ts";
import type { Site, Value } from "../../../model/values.ts";
import { boundNames, parentOf, type Node, type t } from "../../../parse/ast.ts";
import { remembered } from "../../../remembered.ts";
import { containsRequestData } from "../../kit/built-values.ts";
import { dataAround } from "../../kit/handed-over.ts";
import { keyName, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { objectNamed } from "../../kit/objects.ts";
import { named, wholePart } from "../../kit/request-data.ts";
import { isNarrowedBefore } from "../../kit/tested.ts";
import { isValidatedRoute } from "../../kit/validated-routes.ts";

/** What requests have put into one list, map or object of a module. */
export interface Kept {
  /** By the field of an item; "" for an item that is a text. */
  readonly fields: ReadonlyMap<string, Brought>;
}

/** Where a value was put there, and what of the request it is. */
export interface Brought {
  readonly at: Site;
  readonly source: string;
}

/** What handlers of a module keep of the requests in its own variables, by the name or path of those. */
export const keptIn: (module: Module, program: Program) => ReadonlyMap<string, Kept> = (module, program) =>
  keptOf(program)(module);

const keptOf = remembered((program: Program) =>
  remembered((module: Module): ReadonlyMap<string, Kept> => {
    const own = ownNames(module);
    const kept = new Map<string, { fields: Map<string, Brought> }>();
    if (own.size === 0) return kept;
    for (const type of ["CallExpression", "AssignmentExpression"])
      for (const node of module.index.get(type) ?? []) {
        const put = putBy(node);
        const path = put === undefined ? undefined : pathOf(put.into);
        if (put === undefined || path === undefined || !own.has(rootOf(path))) continue;
        for (const [field, source] of broughtBy(node, put.item, module, program)) {
          const one = kept.get(path) ?? { fields: new Map<string, Brought>() };
          kept.set(path, one);
          if (!one.fields.has(field)) one.fields.set(field, { at: { module, node }, source });
        }
      }
    return kept;
  }),
);

/** The same of all files, by the list, map or object itself: one file exports what another puts something into. */
export const keptByValue: (program: Program) => ReadonlyMap<Value, Kept> = remembered((program) => {
  const kept = new Map<Value, { fields: Map<string, Brought> }>();
  for (const module of program.modules) {
    const shared = sharedNames(module);
    for (const type of ["CallExpression", "AssignmentExpression"])
      for (const node of module.index.get(type) ?? []) {
        const put = putBy(node);
        const path = put === undefined ? undefined : pathOf(put.into);
        if (put === undefined || path === undefined || !shared.has(rootOf(path))) continue;
        const brought = broughtBy(node, put.item, module, program);
        const into = brought.length === 0 ? undefined : program.valueAt(module, put.into);
        if (into?.k !== "arr" && into?.k !== "obj" && into?.k !== "call") continue;
        const one = kept.get(into) ?? { fields: new Map<string, Brought>() };
        kept.set(into, one);
        for (const [field, source] of brought)
          if (!one.fields.has(field)) one.fields.set(field, { at: { module, node }, source });
      }
  }
  return kept;
});

/** Names of the module itself, and what it imports. */
function sharedNames(module: Module): ReadonlySet<string> {
  const found = new Set<string>();
  for (const node of module.index.get("VariableDeclarator") ?? []) {
    const holder = parentOf(node);
    const outer = holder === undefined ? undefined : parentOf(holder);
    if (
      node.type === "VariableDeclarator" &&
      (outer?.type === "Program" || outer?.type === "ExportNamedDeclaration")
    )
      for (const name of boundNames(node.id)) found.add(name);
  }
  for (const node of module.index.get("ImportDeclaration") ?? [])
    if (node.type === "ImportDeclaration") for (const one of node.specifiers) found.add(one.local.name);
  return found;
}

const rootOf = (path: string): string => path.slice(0, /[.[]|$/.exec(path)?.index);

/** Variables of the module itself that something can be put into: `const notes = []`, `new Map()`, `let motd = ""`. */
function ownNames(module: Module): ReadonlySet<string> {
  const found = new Set<string>();
  for (const node of module.index.get("VariableDeclarator") ?? []) {
    if (node.type !== "VariableDeclarator" || node.id.type !== "Identifier") continue;
    const holder = parentOf(node);
    const outer = holder === undefined ? undefined : parentOf(holder);
    if (outer?.type !== "Program" && outer?.type !== "ExportNamedDeclaration") continue;
    if (!node.init || HOLDERS.has(node.init.type)) found.add(node.id.name);
  }
  return found;
}

const HOLDERS: ReadonlySet<string> = new Set([
  "ArrayExpression",
  "ObjectExpression",
  "NewExpression",
  "StringLiteral",
  "NullLiteral",
]);

/** `notes.push(note)`, `byId.set(id, note)`, `byId[id] = note`, `motd = text`. */
function putBy(node: Node): { readonly into: t.Node; readonly item: t.Node } | undefined {
  if (node.type === "AssignmentExpression") {
    const { left, right } = node;
    if (left.type === "Identifier") return { into: left, item: right };
    return left.type === "MemberExpression" && left.computed ? { into: left.object, item: right } : undefined;
  }
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return undefined;
  const name = keyName(node.callee.property);
  const item = /^(?:push|unshift|add)$/.test(name)
    ? node.arguments[0]
    : name === "set" && node.arguments.length === 2
      ? node.arguments[1]
      : undefined;
  return item === undefined ? undefined : { into: node.callee.object, item };
}

/** `notes`, `db.notes`, and `notes[]` for one that is looked up in it. */
export function pathOf(node: t.Node): string | undefined {
  if (node.type === "Identifier") return node.name;
  if (node.type === "TSNonNullExpression" || node.type === "TSAsExpression") return pathOf(node.expression);
  if (node.type !== "MemberExpression") return undefined;
  const holder = pathOf(node.object);
  if (holder === undefined) return undefined;
  return node.computed ? `${holder}[]` : `${holder}.${keyName(node.property)}`;
}

function broughtBy(
  node: Node,
  item: t.Node,
  module: Module,
  program: Program,
): readonly (readonly [field: string, source: string])[] {
  const handler = dataAround(node, { module, program });
  if (handler === undefined || isValidatedRoute(handler.fn, module, program)) return [];
  const fields = item.type === "Identifier" ? fieldsGiven(item.name, handler) : [];
  if (fields.length > 0) return fields;
  const made = item.type === "Identifier" ? (objectNamed(item.name, handler) ?? item) : item;
  const source = (one: t.Node): string | undefined => asItCame(one, { node, module, handler });
  if (made.type !== "ObjectExpression") {
    const own = source(made);
    return own === undefined || wholePart(made, handler) !== undefined ? [] : [["", own]];
  }
  return made.properties.flatMap((one) => {
    const own = one.type === "ObjectProperty" ? source(one.value) : undefined;
    return own === undefined || one.type !== "ObjectProperty" ? [] : [[keyName(one.key), own] as const];
  });
}

/** `add(entry) { entries.push(entry); }`, called with `{ name: req.body.name }`. */
const fieldsGiven = (
  name: string,
  { given }: HandlerNames,
): readonly (readonly [field: string, source: string])[] =>
  [...(given ?? [])].flatMap(([path, { part }]) =>
    path.startsWith(`${name}.`) && part !== "headers"
      ? [[path.slice(name.length + 1), named(part)] as const]
      : [],
  );

interface Where {
  readonly node: Node;
  readonly module: Module;
  readonly handler: HandlerNames;
}

/** Request data that nothing has looked at before it is kept. */
function asItCame(value: t.Node, where: Where): string | undefined {
  const { node, module, handler } = where;
  if (value.type === "LogicalExpression" && value.operator !== "&&")
    return asItCame(value.left, where) ?? asItCame(value.right, where);
  const part = containsRequestData(value, handler);
  return part === undefined ||
    part === "headers" ||
    isNarrowedBefore(module, node, sourceText(module, value), handler)
    ? undefined
    : named(part);
}
