import { parentOf, type t } from "../../../parse/ast.ts";
import { readExpression, type Part } from "../../kit/expression-tree.ts";
import { callArguments, isHelper, type HandlerNames } from "../../kit/nodes.ts";

/**
 * `app.get(/^\/theme\/(\w+\.css)$/, (req, res) => ... req.params[0])`: whether all that the text takes from the path are groups of
 * the route's expression that let no way into another folder through.
 */
export function areNarrowGroups(text: string, handler: HandlerNames): boolean {
  const asked = [...text.matchAll(/\bparams\b(?:\[(\d{1,2})\])?/g)].map((one) => one[1]);
  const call = parentOf(handler.fn);
  const [path] = call?.type === "CallExpression" ? callArguments(call) : [];
  if (isHelper(handler) || asked.length === 0 || path?.type !== "RegExpLiteral") return false;
  const groups = groupsOf(path.pattern);
  return asked.every((at) => {
    const group = at === undefined ? undefined : groups[Number(at)];
    return group !== undefined && isNarrow(group, path);
  });
}

/** What stands in the parentheses that capture, in their order; nothing where one has a name, which counts otherwise. */
function groupsOf(pattern: string): readonly string[] {
  const groups: string[] = [];
  const open: { readonly start: number; readonly at: number }[] = [];
  let count = 0;
  let isInSet = false;
  for (let i = 0; i < pattern.length; i += 1) {
    const one = pattern.charAt(i);
    if (one === "\\") i += 1;
    else if (isInSet) isInSet = one !== "]";
    else if (one === "[") isInSet = true;
    else if (one === "(") {
      const isNamed = pattern.startsWith("?<", i + 1) && !/[=!]/.test(pattern.charAt(i + 3));
      if (isNamed) return [];
      open.push({ start: i + 1, at: pattern.charAt(i + 1) === "?" ? -1 : count++ });
    } else if (one === ")") {
      const { start, at } = open.pop() ?? { start: 0, at: -1 };
      if (at >= 0) groups[at] = pattern.slice(start, i);
    }
  }
  return groups;
}

/** No separator, no `%` (Express decodes what has matched), and neither `.` nor `..` by itself. */
function isNarrow(group: string, { flags }: t.RegExpLiteral): boolean {
  const tree = /\\(?:[1-9]|k)|^\?/.test(group) ? undefined : readExpression(group, flags);
  if (tree === undefined || mayTake(tree, ["/", "\\", "%"])) return false;
  const whole = new RegExp(`^(?:${group})$`, flags.replace(/[gy]/g, ""));
  return !whole.test(".") && !whole.test("..");
}

function mayTake(part: Part, characters: readonly string[]): boolean {
  if (part.k === "set") return characters.some((one) => part.set[one.charCodeAt(0)] === true);
  if (part.k === "repeat") return mayTake(part.part, characters);
  if (part.k === "edge") return false;
  return (part.k === "all" ? part.parts : part.options).some((one) => mayTake(one, characters));
}
