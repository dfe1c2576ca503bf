import { ancestors, isFunction, parentOf, walk, type FunctionNode, type t } from "../../../parse/ast.ts";
import { contains, leaves } from "../../kit/nodes.ts";
import { refusalOf, type Refusal } from "./refusals.ts";
import { saysUnknown } from "./texts.ts";
import { isExistence, namesIn, sidesOf } from "./two-answers.ts";

export interface ForgottenAnswers {
  readonly unknown: Refusal;
  /** What is answered where there is such an account. */
  readonly known: t.Node;
}

/** What whoever names no account is told, where it is another thing than what the others are told. */
export function forgottenAnswers(fn: FunctionNode): ForgottenAnswers | undefined {
  const names = namesIn(fn);
  const found: { readonly refusal: Refusal; readonly side: readonly t.Node[] }[] = [];
  walk(fn.body, (node) => {
    if (node.type !== "IfStatement" || !isExistence(node.test, names)) return;
    const { failed } = sidesOf(node, names);
    const side = failed === undefined ? restAfter(node) : [failed];
    const refusal = side.map(refusalOf).find((one) => one !== undefined);
    if (refusal !== undefined && tells(refusal)) found.push({ refusal, side });
  });
  const [first] = found;
  if (first === undefined || isCaught(first.refusal.node, fn)) return undefined;
  const known = answersIn(fn).find(
    (one) =>
      !one.is4xx && !first.side.some((side) => contains(side, one.node)) && one.text !== first.refusal.text,
  );
  return known === undefined ? undefined : { unknown: first.refusal, known: known.node };
}

const tells = ({ is4xx, text }: Refusal): boolean =>
  (is4xx || saysUnknown(withoutPaths(text))) && !GENERAL.test(text);

/** Without `forgot-password` of `res.render("forgot-password", { error: "No user with that e-mail" })`. */
const withoutPaths = (text: string): string =>
  text
    .split(" ")
    .filter((word) => !/[-/_]/.test(word))
    .join(" ");
const GENERAL = /\b(?:if (?:an?|the|there|this|your)|falls|si (?:existe|un))\b/i;

/** Behind `if (user) { ...; return res.json(...); }`. */
function restAfter(statement: t.IfStatement): readonly t.Statement[] {
  const block = parentOf(statement);
  if (block?.type !== "BlockStatement" || !leaves(statement.consequent)) return [];
  return block.body.slice(block.body.indexOf(statement) + 1);
}

/** What is thrown may come to the same answer in the `catch`. */
function isCaught(node: t.Node, fn: FunctionNode): boolean {
  const up = ancestors(node);
  const inside = up.slice(
    0,
    up.findIndex((one) => one === fn),
  );
  return (
    inside.some((one) => one.type === "ThrowStatement") && inside.some((one) => one.type === "TryStatement")
  );
}

/** The answers of a function, but for those to what has failed. */
function answersIn(fn: FunctionNode): readonly Refusal[] {
  const found: Refusal[] = [];
  walk(fn.body, (node) => {
    if (node.type === "CatchClause") return false;
    const answer =
      node.type === "ExpressionStatement" || node.type === "ReturnStatement" ? refusalOf(node) : undefined;
    if (answer !== undefined && !isOfError(node)) found.push(answer);
    return undefined;
  });
  return found;
}

/** `if (error) return res.status(500).send("...")`. */
const isOfError = (node: t.Node): boolean =>
  ancestors(node)
    .slice(0, 2)
    .some(
      (up) =>
        up.type === "IfStatement" && up.test.type === "Identifier" && /^e(?:rr(?:or)?)?$/.test(up.test.name),
    ) || isFunction(node);
