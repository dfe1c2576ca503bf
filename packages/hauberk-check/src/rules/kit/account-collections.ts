import type { Program } from "../../model/program.ts";
import { ancestors, isFunction, type FunctionNode, type t } from "../../parse/ast.ts";
import { remembered } from "../../remembered.ts";
import { declaredIn } from "./declarations.ts";
import { hasPassword } from "./account-records.ts";
import { callArguments, keyName, plainText } from "./nodes.ts";
import { objectNamed } from "./objects.ts";

const OF_PEOPLE = /^(?:users?|accounts?|members?|customers?|employees?|admins?|students?)$/i;
const CHAINED = /^(?:toArray|limit|sort|skip|next|exec|map)$/;
const FINDS = /^(?:find|findOne|findOneAndUpdate|findOneAndReplace)$/;

/** `db.collection("users").find(filter).toArray()`, of a collection into which passwords are put, or by one. */
export function isWholeOfCollection(made: t.CallExpression, program: Program): boolean {
  const { callee } = made;
  if (callee.type !== "MemberExpression") return false;
  const method = keyName(callee.property);
  if (CHAINED.test(method))
    return callee.object.type === "CallExpression" && isWholeOfCollection(callee.object, program);
  if (!FINDS.test(method) || choosesFields(made, method)) return false;
  const name = collectionIn(callee.object);
  if (name === undefined || !OF_PEOPLE.test(name)) return false;
  return filterHasPassword(made) || collectionsWithPassword(program).has(name);
}

/** `find({}, { projection: { name: 1 } })`; a callback chooses nothing. */
function choosesFields({ arguments: [, second, third] }: t.CallExpression, method: string): boolean {
  const options = /And/.test(method) ? third : second;
  return options?.type === "ObjectExpression" || options?.type === "Identifier";
}

const collectionsWithPassword = remembered((program: Program): ReadonlySet<string> => {
  const found = new Set<string>();
  for (const module of program.modules) {
    if (!/\bcollection\(/.test(module.text) || !/pass|pwd/i.test(module.text)) continue;
    for (const node of module.index.get("CallExpression") ?? []) {
      if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") continue;
      if (!/^(?:insert|insertOne|save|findOne|find)$/.test(keyName(node.callee.property))) continue;
      const name = filterHasPassword(node) ? collectionIn(node.callee.object) : undefined;
      if (name !== undefined) found.add(name);
    }
  }
  return found;
});

/** The object that a call is given has one, where it stands or under the name it has around it. */
function filterHasPassword(node: t.CallExpression): boolean {
  const [first] = node.arguments;
  const object =
    first?.type === "Identifier"
      ? firstAround(first, (fn) => objectNamed(first.name, { fn, req: "", res: "" }))
      : first;
  return object?.type === "ObjectExpression" && hasPassword(object);
}

/** `users` of `db.collection("users")`, and of a name that a function around it declares so. */
function collectionIn(node: t.Node): string | undefined {
  const made = node.type === "Identifier" ? firstAround(node, (fn) => declaredIn(fn).get(node.name)) : node;
  if (made?.type !== "CallExpression" || made.callee.type !== "MemberExpression") return undefined;
  const [name] = callArguments(made);
  return keyName(made.callee.property) === "collection" && name !== undefined ? plainText(name) : undefined;
}

function firstAround(node: t.Node, ask: (fn: FunctionNode) => t.Node | undefined): t.Node | undefined {
  for (const up of ancestors(node)) {
    const found = isFunction(up) ? ask(up) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
