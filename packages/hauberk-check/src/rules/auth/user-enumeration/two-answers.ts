import {
  isFunction,
  parentOf,
  someNode,
  walk,
  type FunctionNode,
  type Node,
  type t,
} from "../../../parse/ast.ts";
import { calleeName, chainedCalls, keyName, rootIdentifier } from "../../kit/nodes.ts";
import { isPassword } from "../../kit/password-words.ts";
import { isReading } from "../../kit/queries.ts";
import { refusalOf, type Refusal } from "./refusals.ts";

export interface TwoAnswers {
  readonly unknown: Refusal;
  readonly wrong: Refusal;
}

/**
 * The two answers of a sign-in, in whatever language: `if (!user) return res.send(...)`, and `if (!isRight) return res.send(...)` behind
 * a comparison; or those of a second look-up, by the name alone, where the one with the password found nobody.
 */
export function twoAnswers(fn: FunctionNode): TwoAnswers | undefined {
  const names = namesIn(fn);
  const unknown: Refusal[] = [];
  const wrong: Refusal[] = [];
  walk(fn.body, (node) => {
    if (node.type !== "IfStatement") return;
    const { failed, other } = sidesOf(node, names);
    const refused = failed && refusalOf(failed);
    if (isComparison(node.test, names)) {
      if (refused !== undefined) wrong.push(refused);
    } else if (refused !== undefined && isExistence(node.test, names)) {
      unknown.push(refused);
      const too = other && refusalOf(other);
      if (names.looksForPassword && refused.is4xx && too?.is4xx === true) wrong.push(too);
    }
  });
  const [first] = unknown;
  const [second] = wrong;
  if (first === undefined || second === undefined || unknown.length > 1) return undefined;
  return wrong.some(({ text }) => text === first.text) ? undefined : { unknown: first, wrong: second };
}

export interface Names {
  /** What a look-up found. */
  readonly records: ReadonlySet<string>;
  /** Whether the password is right. */
  readonly verdicts: ReadonlySet<string>;
  /** A look-up is given the password itself. */
  readonly looksForPassword: boolean;
}

export function namesIn(fn: FunctionNode): Names {
  const records = new Set<string>();
  const verdicts = new Set<string>();
  let looksForPassword = false;
  const call = parentOf(fn);
  walk(call?.type === "CallExpression" ? call : fn, (node) => {
    if (node.type === "CallExpression" && isLookUp(node))
      looksForPassword ||= node.arguments.some(hasPassword);
    if (node.type === "VariableDeclarator" && node.init) {
      const made = node.init.type === "AwaitExpression" ? node.init.argument : node.init;
      const name = nameOf(node.id);
      if (name === undefined || made.type !== "CallExpression") return;
      if (COMPARES.test(calleeName(made) ?? "") && hasName(made, records)) verdicts.add(name);
      else if (chainedCalls(made).some(isLookUp)) records.add(name);
    } else if (node.type === "CallExpression") {
      const given = secondParameter(node);
      if (given === undefined) return;
      if (isLookUp(node)) records.add(given);
      else if (COMPARES.test(calleeName(node) ?? "") && hasName(node, records)) verdicts.add(given);
    }
  });
  return { records, verdicts, looksForPassword };
}

/** `user`, and `rows` of `const [rows] = ...` and `const { rows } = ...`. */
function nameOf(id: t.Node): string | undefined {
  if (id.type === "Identifier") return id.name;
  const [first] = id.type === "ArrayPattern" ? id.elements : id.type === "ObjectPattern" ? id.properties : [];
  if (first?.type === "ObjectProperty") return nameOf(first.value);
  return first?.type === "Identifier" ? first.name : undefined;
}

/** `(err, user) => ...`, which a call is given as the last. */
function secondParameter({ arguments: given }: t.CallExpression): string | undefined {
  const fn = given.at(-1);
  if (fn?.type !== "ArrowFunctionExpression" && fn?.type !== "FunctionExpression") return undefined;
  const [, second] = fn.params;
  return second?.type === "Identifier" ? second.name : undefined;
}

const COMPARES = /(?:^|\.)(?:compare|verify|check|match|valid(?:ate)?|is)(?:Sync|Hash|\w{0,10}Password)?$/i;

const isLookUp = (call: t.CallExpression): boolean =>
  isReading(call) || /(?:^|\.)(?:find|get|load|fetch|by|select)\w{0,24}$/i.test(calleeName(call) ?? "");

interface Sides {
  /** What is done where what the test is about is not so. */
  readonly failed: t.Statement | undefined;
  readonly other: t.Statement | undefined;
}

export function sidesOf({ test, consequent, alternate }: t.IfStatement, names: Names): Sides {
  const [yes, no] = [consequent, alternate ?? undefined];
  return isNegative(test, names) ? { failed: yes, other: no } : { failed: no, other: yes };
}

/** `!user`, `user === null`, `rows.length === 0`, `typed !== user.password`, `err || !user`. */
function isNegative(test: t.Node, names: Names): boolean {
  if (test.type === "LogicalExpression") return isNegative(test.left, names) || isNegative(test.right, names);
  if (test.type === "UnaryExpression") return test.operator === "!";
  if (test.type !== "BinaryExpression") return false;
  return comparesStored(test, names) ? test.operator.startsWith("!") : /^(?:===?|<=?)$/.test(test.operator);
}

/** `typed !== user.password`, `rows[0].password === typed`. */
const comparesStored = ({ left, right }: t.BinaryExpression, { records }: Names): boolean =>
  [left, right].some(
    (one) =>
      one.type === "MemberExpression" &&
      /^(?:password|passwd|pwd|pass)$/i.test(keyName(one.property)) &&
      records.has(rootIdentifier(one)?.name ?? ""),
  );

/** `{ name, password }`, `[name, req.body.password]`, and a text it is put into. */
function hasPassword(given: t.Node): boolean {
  return someNode(
    given,
    (node) => (node.type === "Identifier" || node.type === "MemberExpression") && isPassword(node),
  );
}

function isComparison(test: t.Node, names: Names): boolean {
  let found = false;
  walk(test, (node) => {
    found ||=
      (node.type === "CallExpression" &&
        COMPARES.test(calleeName(node) ?? "") &&
        hasName(node, names.records)) ||
      (node.type === "Identifier" && names.verdicts.has(node.name)) ||
      (node.type === "BinaryExpression" && comparesStored(node, names));
    return !found;
  });
  return found;
}

/** `bcrypt.compare(password, user.hash)`, `user.isPassword(password)`: what is compared is the record's. */
function hasName(call: t.Node, records: ReadonlySet<string>): boolean {
  let found = false;
  walk(call, (node) => {
    if (isFunction(node)) return false;
    found ||= node.type === "Identifier" && records.has(node.name);
    return !found;
  });
  return found;
}

/** About the record and nothing else: `!user`, `rows.length === 0`, `err || !user`; not `!user.active`. */
export function isExistence(test: t.Node, names: Names): boolean {
  return someNode(
    test,
    (node) => node.type === "Identifier" && names.records.has(node.name) && !isField(node),
  );
}

function isField(node: Node): boolean {
  const up = parentOf(node);
  return (
    (up?.type === "MemberExpression" || up?.type === "OptionalMemberExpression") &&
    up.object === node &&
    !(up.property.type === "Identifier" && /^(?:length|rowCount)$/.test(up.property.name)) &&
    up.property.type !== "NumericLiteral"
  );
}
