import type { Program } from "../../model/program.ts";
import { parentOf, type t } from "../../parse/ast.ts";
import { remembered } from "../../remembered.ts";
import { namesPassword } from "./account-models.ts";
import { keyName, plainText } from "./nodes.ts";

/** `Post.find().populate("author")`, where an author is a user whose schema shows the password. */
export function bringsAccounts(made: t.Node, program: Program): boolean {
  const fields = populatedIn(made);
  if (fields === undefined || fields.length === 0) return false;
  const refs = refsOf(program);
  return fields.some((field) => {
    const models = refs.get(field);
    return models !== undefined && models.length > 0 && models.every((name) => namesPassword(name, program));
  });
}

/** What a chain of calls populates whole; `undefined` where it chooses what is given of the record itself. */
function populatedIn(node: t.Node): readonly string[] | undefined {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return [];
  const method = keyName(node.callee.property);
  if (method === "select" || method === "project") return undefined;
  const before = populatedIn(node.callee.object);
  if (before === undefined || method !== "populate" || node.arguments.length !== 1) return before;
  return [...before, ...pathsIn(node.arguments[0])];
}

/** `"author editor"`, `{ path: "author" }`; one with a choice of fields is none. */
function pathsIn(node: t.Node | undefined): readonly string[] {
  if (node?.type === "ArrayExpression")
    return node.elements.flatMap((one) => (one === null ? [] : pathsIn(one)));
  if (node?.type === "ObjectExpression") {
    const keys = node.properties.map((one) => (one.type === "ObjectProperty" ? keyName(one.key) : "select"));
    const path = node.properties.find((one) => one.type === "ObjectProperty" && keyName(one.key) === "path");
    return path?.type === "ObjectProperty" && !keys.includes("select") ? pathsIn(path.value) : [];
  }
  return (node === undefined ? undefined : plainText(node))?.split(" ") ?? [];
}

/** The models that a field of this name refers to, in whatever schema: `author: { type: ObjectId, ref: "User" }`. */
const refsOf = remembered((program: Program): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>();
  for (const module of program.modules) {
    if (!/\bref\s?:/.test(module.text)) continue;
    for (const node of module.index.get("ObjectProperty") ?? []) {
      if (node.type !== "ObjectProperty" || keyName(node.key) !== "ref") continue;
      const field = fieldOf(node);
      const model = plainText(node.value);
      if (field !== undefined) found.set(field, [...(found.get(field) ?? []), (model ?? "").toLowerCase()]);
    }
  }
  return found;
});

/** `author` of `author: { ref: "User" }` and of `author: [{ ref: "User" }]`. */
function fieldOf(ref: t.Node): string | undefined {
  const object = parentOf(ref);
  const list = object === undefined ? undefined : parentOf(object);
  const holder = list?.type === "ArrayExpression" ? parentOf(list) : list;
  return holder?.type === "ObjectProperty" ? keyName(holder.key) : undefined;
}
