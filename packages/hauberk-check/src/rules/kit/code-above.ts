import { ancestors, boundNames, isFunction, walk, type FunctionNode, type t } from "../../parse/ast.ts";
import { remembered } from "../../remembered.ts";
import { dotted, type HandlerNames } from "./nodes.ts";

/* The code above a place, without what asks nothing about a value there; every offset is kept. */

export const blanked = (code: string, from: number, to: number): string =>
  code.slice(0, from) + " ".repeat(to - from) + code.slice(to);

/**
 * In the branch of `if (!isFine(value)) ...` the value is one that is not: that condition says nothing for it. And `async (value) =>`
 * around the node, or `function (value)`, is no call that asks something.
 */
export function withoutRefusals(above: string, start: number, node: t.Node, { fn }: HandlerNames): string {
  let text = above;
  let inner = node;
  for (const up of ancestors(node)) {
    if (up === fn) break;
    if (isFunction(up) && up.params.length > 0)
      text = blanked(text, (up.start ?? start) - start, (up.body.start ?? start) - start);
    const idle =
      up.type === "IfStatement" && up.consequent === inner && isRefusal(up.test)
        ? [up.test]
        : up.type === "TryStatement" && up.handler === inner
          ? testsThatThrow(up.block)
          : [];
    for (const test of idle) text = blanked(text, (test.start ?? start) - start, (test.end ?? start) - start);
    inner = up;
  }
  return text;
}

const isRefusal = (test: t.Node): boolean =>
  test.type === "UnaryExpression" && test.operator === "!" && test.argument.type === "CallExpression";

/** What is caught has perhaps been refused: `try { if (!isFine(id)) throw ... } catch { res.send(id) }`. */
const testsThatThrow = remembered((block: t.BlockStatement): readonly t.Node[] => {
  const found: t.Node[] = [];
  walk(block, (one) => {
    if (one.type === "IfStatement" && throws(one.consequent)) found.push(one.test);
    return !isFunction(one);
  });
  return found;
});

function throws(node: t.Statement): boolean {
  return node.type === "BlockStatement"
    ? node.body.some((one) => one.type === "ThrowStatement")
    : node.type === "ThrowStatement";
}

/** `INSERT INTO goods (name, price) VALUES (${name}, ...)`: in a text that is no call which is given the name. */
export function withoutTexts(code: string, start: number, end: number, fn: FunctionNode): string {
  let above = code;
  for (const text of textsIn(fn))
    if (text.end <= end) above = blanked(above, text.start - start, text.end - start);
  return above;
}

const textsIn = remembered((fn: FunctionNode): readonly Place[] => {
  const found: Place[] = [];
  walk(fn.body, (one) => {
    if (one.type === "StringLiteral" && one.value.includes("("))
      found.push({ start: (one.start ?? 0) + 1, end: (one.end ?? 0) - 1 });
    if (one.type === "TemplateLiteral")
      for (const part of one.quasis)
        if (part.value.raw.includes("(")) found.push({ start: part.start ?? 0, end: part.end ?? 0 });
  });
  return found;
});

interface Place {
  readonly start: number;
  readonly end: number;
}

/** What a function that has ended asks about a parameter of the same name is another value. */
export function withoutOthers(
  code: string,
  start: number,
  end: number,
  text: string,
  fn: FunctionNode,
): string {
  const name = /^[\w$]+/.exec(text)?.[0];
  if (name === undefined) return code;
  let above = code;
  for (const other of functionsIn(fn)) {
    if (other.end > end || !other.names.includes(name)) continue;
    const [from, to] = [other.start - start, other.end - start];
    above = blanked(above, from, to);
  }
  return above;
}

/** The functions inside of another one, and what their parameters are called. */
const functionsIn = remembered((fn: FunctionNode): readonly Note[] => {
  const found: Note[] = [];
  walk(fn.body, (one) => {
    if (isFunction(one) && one.params.length > 0)
      found.push({ start: one.start ?? 0, end: one.end ?? 0, names: one.params.flatMap(boundNames) });
  });
  return found;
});

/** The code in front of the node without conditions that change nothing: `if (isOdd(url)) stats.odd = true;`. */
export function withoutNotes(code: string, start: number, end: number, fn: FunctionNode): string {
  let above = code.slice(start, end);
  for (const note of notesIn(fn)) {
    if (note.end > end) continue;
    const rest = code.slice(note.end, end);
    if (note.names.some((name) => rest.includes(name))) continue;
    above = blanked(above, note.start - start, note.end - start);
  }
  return above;
}

interface Note extends Place {
  /** What is set: asked about later, the condition has changed something after all. */
  readonly names: readonly string[];
}

const notesIn = remembered((fn: FunctionNode): readonly Note[] => {
  const notes: Note[] = [];
  walk(fn.body, (one) => {
    if (one.type !== "IfStatement" || one.alternate) return;
    const names = namesNoted(one.consequent);
    if (names !== undefined) notes.push({ start: one.start ?? 0, end: one.end ?? 0, names });
  });
  return notes;
});

function namesNoted(node: t.Statement): readonly string[] | undefined {
  const names: string[] = [];
  for (const one of node.type === "BlockStatement" ? node.body : [node]) {
    const done = one.type === "ExpressionStatement" ? one.expression : undefined;
    const isLine =
      done?.type === "CallExpression" && /^(?:console|logger|log)\./.test(dotted(done.callee) ?? "");
    if (isLine) continue;
    if (done?.type !== "AssignmentExpression" || !/^(?:Boolean|Numeric|String)Literal$/.test(done.right.type))
      return undefined;
    const name = done.left.type === "MemberExpression" ? dotted(done.left)?.split(".").at(-1) : undefined;
    if (name === undefined) return undefined;
    names.push(name);
  }
  return names;
}
