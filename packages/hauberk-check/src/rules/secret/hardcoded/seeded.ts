import { codeOf, type Module } from "../../../model/module.ts";
import { ancestors, enclosingFunction, type Node, type t } from "../../../parse/ast.ts";
import { callArguments, calleeName, keyName, plainText, sourceText } from "../../kit/nodes.ts";
import { mentions } from "../../kit/mentions.ts";
import { NOT_KEPT } from "../../kit/secrets.ts";
import { remembered } from "../../../remembered.ts";
import { placeIn } from "../../places.ts";
import type { Problem } from "../../rule.ts";
import { insertedPassword, insertions, isTyped, rowAt } from "./inserted.ts";

interface Seeded {
  readonly node: Node;
  readonly at: Problem["at"];
  readonly text: string;
}

const INSERTS = /\bINSERT\s/i;
const HASHES = /\.hash(?:Sync)?\(\s?["'`]|\b[hH]ashPassword\(\s?["'`]/;

/**
 * The password of the first account that a statement of SQL, or a call that hashes it, puts into the database. One speaks
 * for all of a file.
 */
export const seededIn: (module: Module) => Seeded | undefined = remembered((module) => {
  const [inserts, hashes] = [INSERTS, HASHES].map((one) => mentions(module, one));
  if (NOT_KEPT.test(module.path) || !(inserts === true || hashes === true)) return undefined;
  for (const type of ["VariableDeclarator", "CallExpression"])
    for (const node of module.index.get(type) ?? []) {
      const at = inserts === true ? inStatement(node, module) : undefined;
      if (at !== undefined) return { node, ...at };
      const given =
        (inserts === true ? (givenPassword(node) ?? listedPassword(node, module)) : undefined) ??
        hashedPassword(node, module);
      if (given !== undefined) return { node, at: { module, node: given }, text: plainText(given) ?? "" };
    }
  return undefined;
});

function inStatement(node: Node, module: Module): Omit<Seeded, "node"> | undefined {
  for (const literal of textsOf(node)) {
    const start = literal.start ?? 0;
    const found = insertedPassword(module.text.slice(start, literal.end ?? 0));
    if (found === undefined) continue;
    const at = placeIn(module.path, module.text, start + found.start, start + found.end);
    return { at, text: found.text };
  }
  return undefined;
}

/** The texts that a call is given or a variable holds. */
const textsOf = (node: t.Node): readonly t.Node[] =>
  (node.type === "VariableDeclarator" ? [node.init] : callArguments(node)).flatMap((one) =>
    one?.type === "StringLiteral" || one?.type === "TemplateLiteral" ? [one] : [],
  );

/** `db.run("INSERT INTO users (name, password) VALUES (?, ?)", ["admin", "word"])`, `db.prepare("...").run("admin", "word")`. */
function givenPassword(node: t.Node): t.Node | undefined {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return undefined;
  const prepared = callArguments(node.callee.object)[0];
  const [own, ...more] = node.arguments;
  const sql = prepared ?? own;
  const text = sql === undefined ? undefined : plainText(sql);
  if (text === undefined || !INSERTS.test(text)) return undefined;
  const given = (prepared === undefined ? more : node.arguments).flatMap((one): readonly (t.Node | null)[] =>
    one.type === "ArrayExpression" ? one.elements : [one],
  );
  for (const { column, rows } of insertions(text)) {
    const items = rowAt(text, rows).map(({ start, end }) => text.slice(start, end).trim());
    if (!isPlace(items[column] ?? "")) continue;
    const value = hashedWord(given[items.slice(0, column).filter(isPlace).length]);
    const word = value ? plainText(value) : undefined;
    if (value && word !== undefined && isTyped(word)) return value;
  }
  return undefined;
}

/** `md5("word")`: whoever reads it has the word. */
function hashedWord(value: t.Node | null | undefined): t.Node | null | undefined {
  const isHash =
    value?.type === "CallExpression" &&
    /^(?:\w{1,20}\.)?(?:md5|sha1|sha256|hash(?:Sync|Password)?)$/i.test(calleeName(value) ?? "");
  return isHash && value.type === "CallExpression" ? (value.arguments[0] ?? value) : value;
}

/** `const add = db.prepare("INSERT ... VALUES (?, ?)")`, and a list of rows that is gone through: `for (const row of users) add.run(...row)`. */
function listedPassword(node: t.Node, module: Module): t.Node | undefined {
  if (node.type !== "VariableDeclarator" || node.id.type !== "Identifier" || !node.init) return undefined;
  const [sql] = callArguments(node.init);
  const text = sql === undefined ? undefined : plainText(sql);
  if (text === undefined || !INSERTS.test(text) || !calleeName(node.init)?.endsWith(".prepare"))
    return undefined;
  for (const { column, rows } of insertions(text)) {
    const items = rowAt(text, rows).map(({ start, end }) => text.slice(start, end).trim());
    if (!isPlace(items[column] ?? "")) continue;
    const [at, count] = [items.slice(0, column).filter(isPlace).length, items.filter(isPlace).length];
    const list = rowsRun(node.id.name, count, module);
    const found = list.map((one) => one.elements[at]).find((one) => one && isTyped(plainText(one) ?? ""));
    if (found) return found;
  }
  return undefined;
}

const isPlace = (item: string): boolean => /^(?:\?|\$\d+)$/.test(item);

/** The rows of as many values that a loop hands to the statement one after the other. */
function rowsRun(statement: string, count: number, module: Module): readonly t.ArrayExpression[] {
  for (const node of module.index.get("ForOfStatement") ?? []) {
    if (node.type !== "ForOfStatement" || node.right.type !== "Identifier") continue;
    if (!sourceText(module, node.body).includes(`${statement}.run(`)) continue;
    const { name } = node.right;
    const made = (module.index.get("VariableDeclarator") ?? []).find(
      (one) => one.type === "VariableDeclarator" && one.id.type === "Identifier" && one.id.name === name,
    );
    const list =
      made?.type === "VariableDeclarator" && made.init?.type === "ArrayExpression" ? made.init : undefined;
    const rows = (list?.elements ?? []).flatMap((one) => (one?.type === "ArrayExpression" ? [one] : []));
    if (rows.length > 0 && rows.every(({ elements }) => elements.length === count)) return rows;
  }
  return [];
}

const DUMMY = /dummy|fake|decoy|timing|nobody|missing|placeholder|invalid|unknown|constant|benchmark|warm/i;

/** `const hash = await bcrypt.hash("word", 10)` where an account is made; a hash to compare with when there is none is no account. */
function hashedPassword(node: t.Node, module: Module): t.Node | undefined {
  if (node.type !== "CallExpression") return undefined;
  const [word] = node.arguments;
  const text = word === undefined ? undefined : plainText(word);
  if (
    text === undefined ||
    word === undefined ||
    !/^(?:bcrypt|bcryptjs|argon2)\.hash(?:Sync)?$|^hashPassword$/i.test(calleeName(node) ?? "")
  )
    return undefined;
  const holder = ancestors(node).find(
    (one) => one.type === "VariableDeclarator" || one.type === "ObjectProperty",
  );
  const name = holder?.type === "VariableDeclarator" ? keyName(holder.id) : "";
  const fn = enclosingFunction(node);
  const around = fn === undefined ? codeOf(module) : sourceText(module, fn);
  const isMade = MAKES.test(around) && /["'`](?:admin|administrator|root|superadmin)\b/i.test(around);
  return isMade && isTyped(text) && !DUMMY.test(`${name} ${text}`) ? word : undefined;
}

const MAKES =
  /\.(?:create|insert|insertOne|insertMany|save|upsert|findOrCreate|bulkCreate|push|set)\(|\bINSERT\s|\busers\s?=/;
