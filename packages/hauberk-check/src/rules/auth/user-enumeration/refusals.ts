import { isFunction, walk, type Node, type t } from "../../../parse/ast.ts";
import { callArguments, calleeName, keyName } from "../../kit/nodes.ts";

/** What a branch answers that goes no further. */
export interface Refusal {
  readonly node: t.Node;
  /** Everything that stands in quotes there, one after the other. */
  readonly text: string;
  readonly is4xx: boolean;
}

/** The answer of a branch, where it gives one and there are words in it. */
export function refusalOf(branch: t.Node): Refusal | undefined {
  let found: Refusal | undefined;
  walk(branch, (node) => {
    // What is asked further in is about something else.
    if (found !== undefined || isFunction(node) || node.type === "IfStatement")
      return node === branch && found === undefined;
    const words = saidBy(node);
    if (words !== undefined && words.text !== "") found = words;
    return found === undefined;
  });
  return found;
}

function saidBy(node: Node): Refusal | undefined {
  if (node.type === "ThrowStatement" && node.argument.type === "NewExpression")
    return said(node.argument, node.argument.arguments, true);
  if (node.type !== "CallExpression") return undefined;
  const name = calleeName(node) ?? methodsOf(node);
  if (!ANSWERS.test(name)) return undefined;
  return said(node, callArguments(node), /\.(?:status|code)\((?:4\d\d)/.test(statusOf(node)));
}

const ANSWERS = /(?:^|\.)(?:json|send|render|end|flash|redirect)$|^(?:done|cb|callback)$/;

/** `.json` of `res.status(401).json(...)`, which is no plain chain of names. */
const methodsOf = ({ callee }: t.CallExpression): string =>
  callee.type === "MemberExpression" ? `.${keyName(callee.property)}` : "";

function statusOf({ callee }: t.CallExpression): string {
  const inner = callee.type === "MemberExpression" ? callee.object : undefined;
  if (inner?.type !== "CallExpression") return "";
  const [status] = inner.arguments;
  return `${methodsOf(inner)}(${status?.type === "NumericLiteral" ? String(status.value) : ""}`;
}

function said(node: t.Node, given: readonly t.Node[], is4xx: boolean): Refusal | undefined {
  const words: t.Node[] = [];
  let text = "";
  for (const one of given)
    walk(one, (inner) => {
      if (isFunction(inner)) return false;
      if (inner.type === "StringLiteral") text += `${inner.value} `;
      else if (inner.type === "TemplateLiteral")
        text += `${inner.quasis.map(({ value }) => value.cooked ?? "").join("...")} `;
      else return true;
      words.push(inner);
      return true;
    });
  const first = words.toSorted((a, b) => (b.end ?? 0) - (b.start ?? 0) - ((a.end ?? 0) - (a.start ?? 0)))[0];
  return /\p{L}{2}/u.test(text) ? { node: first ?? node, text: text.trim(), is4xx } : undefined;
}
