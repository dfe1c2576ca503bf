import { leftmostIdentifier } from "../../../engine/leftmost.ts";
import type { Module } from "../../../model/module.ts";
import { ancestors, enclosingFunction, type t } from "../../../parse/ast.ts";
import { dotted, leaves } from "../../kit/nodes.ts";
import { remembered } from "../../../remembered.ts";
import { originOf, type Origin } from "./origin.ts";
import { errorSent, messageSent, partsSent } from "./parts-sent.ts";
import { isReachedHolding } from "./reached.ts";

/** `catch (e) { rows = [{ error: e.message }]; }` and, further down, `res.json({ rows })`: what of the error the answer holds. */
export function caughtParts(answer: t.CallExpression, module: Module): readonly t.Node[] {
  const aside = putAside(module);
  if (aside.size === 0) return [];
  return answer.arguments
    .flatMap(partsSent)
    .flatMap((one) => (one.type === "Identifier" ? (aside.get(one.name) ?? []) : []))
    .filter((one) => isHeldBy(answer, one))
    .flatMap(({ parts }) => parts);
}

interface PutAside {
  readonly name: string;
  readonly assignment: t.AssignmentExpression;
  /** Nobody knows what all of `logs` is after `logs[file] = { error: e.message }`. */
  readonly value: t.Node;
  readonly origin: Origin;
  readonly parts: readonly t.Node[];
}

const isHeldBy = (answer: t.Node, { name, assignment, value, origin }: PutAside): boolean => {
  const from = endOf(origin, assignment);
  return (
    (answer.start ?? 0) >= from &&
    enclosingFunction(answer) === enclosingFunction(assignment) &&
    isReachedHolding(answer, { values: new Map([[name, value]]), from })
  );
};

/** What is tried and what is caught are left behind together. */
const endOf = (origin: Origin, { end }: t.Node): number =>
  (origin.kind === "caught" ? Math.max(origin.within.end ?? 0, end ?? 0) : end) ?? 0;

/** The variables of a module that an error, or its text, is put into, by their names. */
const putAside = remembered(({ index, text }: Module): ReadonlyMap<string, readonly PutAside[]> => {
  const found = new Map<string, PutAside[]>();
  if (!/\b(?:e|ex|err|error|exception|reason)\d?\b/i.test(text)) return found;
  for (const node of index.get("AssignmentExpression") ?? []) {
    const one = node.type === "AssignmentExpression" ? asidePut(node) : undefined;
    if (one === undefined) continue;
    const others = found.get(one.name);
    if (others === undefined) found.set(one.name, [one]);
    else others.push(one);
  }
  return found;
});

function asidePut(assignment: t.AssignmentExpression): PutAside | undefined {
  const { left, right, operator } = assignment;
  const target = leftmostIdentifier(left);
  if (operator !== "=" || target === undefined) return undefined;
  const parts = partsSent(right).filter((one) => nameOfError(one) !== undefined);
  const [name] = parts.flatMap((one) => nameOfError(one) ?? []);
  const origin = name === undefined ? undefined : originOf(assignment, name);
  if (origin === undefined || isLeft(assignment)) return undefined;
  return { name: target, assignment, value: left.type === "Identifier" ? right : left, origin, parts };
}

const nameOfError = (node: t.Node): string | undefined =>
  errorSent(node) ?? messageSent(node) ?? STACK.exec(dotted(node) ?? "")?.[1];

const STACK = /^((?:e|ex|err|error|exception|reason)\d?)\.stack$/i;

/** The block is left: what stands behind it does not see the variable like that. */
function isLeft(assignment: t.Node): boolean {
  const block = ancestors(assignment).find((up) => up.type === "BlockStatement");
  return block?.type === "BlockStatement" && leaves(block);
}
