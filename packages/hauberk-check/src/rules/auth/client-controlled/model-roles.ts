import type { Module } from "../../../model/module.ts";
import type { Program } from "../../../model/program.ts";
import { parentOf, walk, type t } from "../../../parse/ast.ts";
import { remembered } from "../../../remembered.ts";
import { keyName } from "../../kit/nodes.ts";

const POWER =
  /admin|root|super|owner|manag|moderat|staff|master|chief|boss|head|lead|system|operator|support|employee|editor|instructor|teacher|doctor|internal|\bgod\b/i;

/**
 * Whether the model these statements make one of takes only roles without power: `enum: ["reader", "writer"]`. Updates of
 * mongoose do not look at the list unless they are told to.
 */
export function hasHarmlessRoles(text: string, program: Program): boolean {
  if (/update|upsert|replaceOne|insert|bulkWrite|\.collection\b|validateBeforeSave/i.test(text)) return false;
  const models = [...text.matchAll(/\b([A-Z]\w{0,40})\.create\s?\(|\bnew ([A-Z]\w{0,40})\s?\(/g)]
    .map(([, created, made]) => created ?? made ?? "")
    .filter((name) => rolesOf(program).has(name));
  return models.length > 0 && models.every((name) => rolesOf(program).get(name) === true);
}

/** The models that list their roles, and whether none of these gives power. */
const rolesOf = remembered((program: Program): ReadonlyMap<string, boolean> => {
  const found = new Map<string, boolean>();
  for (const module of program.modules) {
    if (!/\benum\b/.test(module.text)) continue;
    const names = [...module.text.matchAll(/\bmodel\s*(?:<[^<>()]{0,80}>)?\(\s*["'`](\w{1,40})["'`]\s*,/g)];
    // Of two models in one file nobody can tell which has the list.
    const [name] = names.length === 1 ? (names[0] ?? []).slice(1) : [];
    const lists = name === undefined ? [] : listsIn(module);
    if (name !== undefined && lists.length === 1)
      found.set(name, !found.has(name) && lists.every((one) => !one.some((role) => POWER.test(role))));
  }
  return found;
});

/** The lists of `role: { type: String, enum: ["reader", "writer"] }`; one that cannot be read counts as one with power. */
function listsIn(module: Module): readonly (readonly string[])[] {
  const found: (readonly string[])[] = [];
  walk(module.ast, (node) => {
    if (node.type !== "ObjectProperty" || keyName(node.key) !== "enum") return;
    const field = parentOf(parentOf(node) ?? node);
    if (field?.type === "ObjectProperty" && /^(?:user_?)?roles?$/i.test(keyName(field.key)))
      found.push(textsOf(node.value));
  });
  return found;
}

const textsOf = (node: t.Node): readonly string[] =>
  node.type === "ArrayExpression" && node.elements.length > 0
    ? node.elements.map((one) => (one?.type === "StringLiteral" ? one.value : "admin"))
    : ["admin"];
