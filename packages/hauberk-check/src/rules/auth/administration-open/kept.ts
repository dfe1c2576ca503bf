import { alternatives } from "../../../model/alternatives.ts";
import type { Program } from "../../../model/program.ts";
import type { Fn, Value } from "../../../model/values.ts";
import { ancestors, hasParameter, isFunction, walk, type t } from "../../../parse/ast.ts";
import { declaredIn } from "../../kit/declarations.ts";
import { calleeName, keyName, rootIdentifier } from "../../kit/nodes.ts";
import { escapeForPattern } from "../../kit/patterns.ts";

/** What a handler does with the lists and settings that the process keeps. */
export interface Kept {
  /** `res.json({ users })`, and `res.json({ database: "mongodb://..." })`. */
  readonly gives: boolean;
  /** `users = users.filter(...)`, `settings.open = true`, `Object.assign(settings, req.body)`. */
  readonly changes: boolean;
  /** Accounts with their passwords or tokens are given out. */
  readonly givesAccounts: boolean;
}

export function keptBy(fn: Fn, program: Program): Kept {
  let changes = false;
  const given: Value[] = [];
  walk(fn.node.body, (node) => {
    if (node.type === "AssignmentExpression") changes ||= isKept(rootIdentifier(node.left), fn, program);
    if (node.type !== "CallExpression") return;
    const [first] = node.arguments;
    if (first === undefined) return;
    if (calleeName(node) === "Object.assign") changes ||= isKept(rootIdentifier(first), fn, program);
    if (/\.(?:json|send)$/.test(calleeName(node) ?? "") || isStatusGiven(node))
      given.push(...sourcesOf(first).flatMap((one) => valuesOf(one, fn, program)));
  });
  return { gives: given.some(isTelling), changes, givesAccounts: given.some(areAccounts) };
}

/** `res.status(200).json(list)`. */
const isStatusGiven = ({ callee }: t.CallExpression): boolean =>
  callee.type === "MemberExpression" &&
  callee.property.type === "Identifier" &&
  /^(?:json|send)$/.test(callee.property.name) &&
  (calleeName(callee.object) ?? "").endsWith(".status");

const PASSES_ON = /^(?:filter|map|slice|sort|toSorted|reverse|values|entries|concat|flat)$/;

/** The lists and objects that an answer is made of: `users` of `{ count: users.length, users: users.filter(isOn) }`. */
function sourcesOf(node: t.Node): readonly t.Node[] {
  switch (node.type) {
    case "ObjectExpression":
      return [node, ...node.properties.flatMap((one) => sourcesOf(valueOf(one)))];
    case "ArrayExpression":
      return [node, ...node.elements.flatMap((one) => (one === null ? [] : sourcesOf(one)))];
    case "SpreadElement":
      return sourcesOf(node.argument);
    case "CallExpression":
      if (
        /^(?:Array\.from|Object\.(?:values|entries|fromEntries)|JSON\.stringify)$/.test(
          calleeName(node) ?? "",
        )
      )
        return node.arguments.slice(0, 1).flatMap(sourcesOf);
      return node.callee.type === "MemberExpression" && PASSES_ON.test(keyName(node.callee.property))
        ? sourcesOf(node.callee.object)
        : [];
    case "Identifier":
    case "MemberExpression":
      return [node];
    default:
      return [];
  }
}

const valueOf = (one: t.ObjectExpression["properties"][number]): t.Node =>
  one.type === "ObjectProperty" ? one.value : one.type === "SpreadElement" ? one.argument : one;

/** What a name of the module holds; what the handler itself has declared is looked through once. */
function valuesOf(node: t.Node, fn: Fn, program: Program, isInner = false): readonly Value[] {
  const root = rootIdentifier(node);
  if (root !== undefined && isOwn(root, fn)) {
    const made = isInner || node !== root ? undefined : declaredIn(fn.node).get(root.name);
    return made === undefined ? [] : sourcesOf(made).flatMap((one) => valuesOf(one, fn, program, true));
  }
  if (root !== undefined && isFilled(root.name, fn)) return [FILLED];
  return alternatives(program.valueAt(fn.module, node));
}

/** What is put in while the app runs is no text that stays the same. */
const FILLED: Value = { k: "arr", items: [], open: true };

const isFilled = (name: string, { module }: Fn): boolean =>
  new RegExp(
    String.raw`\b(?:const|let|var) ${escapeForPattern(name)}\s?(?::[^=\n]{1,80})?= ?(?:\[|\{|new (?:Map|Set)\b)`,
  ).test(module.text) &&
  new RegExp(
    String.raw`\b${escapeForPattern(name)}(?:\.(?:push|unshift|splice|set|add)\(|\[[^\]\n]{1,60}\] ?=[^=])`,
  ).test(module.text);

function isKept(root: t.Identifier | undefined, fn: Fn, program: Program): boolean {
  const target = root !== undefined && isOwn(root, fn) ? takenFrom(root, fn) : root;
  return target !== undefined && valuesOf(target, fn, program).some(({ k }) => k === "arr" || k === "obj");
}

/** `users` of `const user = users.find(...)`, which is the one in the list. */
function takenFrom({ name }: t.Identifier, { node }: Fn): t.Identifier | undefined {
  const made = declaredIn(node).get(name);
  if (made?.type !== "CallExpression") return made === undefined ? undefined : rootIdentifier(made);
  const { callee } = made;
  return callee.type === "MemberExpression" && /^(?:find|at|get)$/.test(keyName(callee.property))
    ? rootIdentifier(callee.object)
    : undefined;
}

/** Declared in the handler, or given to it or to a function in it. */
const isOwn = (name: t.Identifier, { node }: Fn): boolean =>
  declaredIn(node).has(name.name) ||
  [...ancestors(name).filter(isFunction), node].some((one) => hasParameter(one, name.name));

const CREDENTIAL =
  /pass(?:word|wd)?$|secret|(?:api|access|private)_?key|_?token$|ssn$|credit_?card|card_?number/i;
const PERSONAL = /e_?mail$|phone|salary|balance|^role$|hash$|^level$/i;

/** A list of people or of what happened, or credentials: not what is the same on every page. */
const isTelling = (value: Value): boolean =>
  value === FILLED || has(value, CREDENTIAL, 0) || listsPeople(value, 0);

const MAX_DEPTH = 3;

function has(value: Value, pattern: RegExp, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  if (value.k === "arr") return value.items.some((one) => has(one, pattern, depth + 1));
  if (value.k !== "obj") return false;
  return [...value.props].some(
    ([key, one]) => (pattern.test(key) && isSet(one)) || has(one, pattern, depth + 1),
  );
}

const isSet = (value: Value): boolean =>
  value.k === "env" ||
  value.k === "fallback" ||
  (value.k === "prim" && typeof value.v === "string" && value.v !== "");

function listsPeople(value: Value, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  if (value.k === "obj") return [...value.props.values()].some((one) => listsPeople(one, depth + 1));
  return value.k === "arr" && value.items.some((one) => has(one, PERSONAL, MAX_DEPTH));
}

/** `[{ name: "mary", password: "..." }]`. */
const areAccounts = (value: Value): boolean =>
  value.k === "arr" && value.items.some((one) => has(one, CREDENTIAL, MAX_DEPTH));
