import type { Site } from "../../../model/values.ts";
import { ancestors, isFunction, type Node, type t } from "../../../parse/ast.ts";
import { callArguments, keyName, sourceText } from "../../kit/nodes.ts";
import type { NodeContext } from "../../rule.ts";
import { conditionsOf, type Condition } from "./conditions.ts";
import { originNames, type OriginNames } from "./origin-names.ts";
import { partlyAsked, type Weak } from "./weak-tests.ts";

export interface LetIn extends Weak {
  readonly at: Site;
  readonly withCredentials: boolean;
}

const SETTERS: ReadonlySet<string> = new Set(["set", "setHeader", "header", "append", "writeHead"]);
const HEADER = /^access-control-allow-origin$/i;

/** `if (origin.endsWith("bank.test")) res.set("Access-Control-Allow-Origin", origin)`: the test that lets others in as well. */
export function letIn(node: Node, context: NodeContext): LetIn | undefined {
  const value = originSent(node);
  if (value === undefined) return undefined;
  const fn = ancestors(node).find(isFunction);
  if (fn === undefined) return undefined;
  const names = originNames(fn);
  const conditions = [...chosenBy(value, names), ...conditionsOf(node, fn)];
  if (conditions.length === 0 || !isOriginSent(value, names)) return undefined;
  const weak = partlyAsked(conditions, names, context);
  if (weak === undefined) return undefined;
  const withCredentials = /allow-credentials["'`]\s*[,:]\s*["'`]?true/i.test(sourceText(context.module, fn));
  return { ...weak, at: weak.at ?? { module: context.module, node: value }, withCredentials };
}

/** The value of the header, where this call sets it. */
function originSent(node: Node): t.Node | undefined {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return undefined;
  if (!SETTERS.has(keyName(node.callee.property))) return undefined;
  const [name, value] = node.arguments;
  if (name?.type === "StringLiteral" && HEADER.test(name.value)) return value;
  for (const given of callArguments(node)) {
    if (given.type !== "ObjectExpression") continue;
    for (const one of given.properties)
      if (one.type === "ObjectProperty" && HEADER.test(keyName(one.key))) return one.value;
  }
  return undefined;
}

/** `isOurs(origin) ? origin : "https://bank.test"`, also through a variable. */
function chosenBy(value: t.Node, names: OriginNames): readonly Condition[] {
  const given = names.meaning(value);
  if (given.type !== "ConditionalExpression") return [];
  if (names.isOrigin(given.consequent)) return [{ test: given.test, when: true }];
  return names.isOrigin(given.alternate) ? [{ test: given.test, when: false }] : [];
}

function isOriginSent(value: t.Node, names: OriginNames): boolean {
  const given = names.meaning(value);
  return given.type === "ConditionalExpression"
    ? names.isOrigin(given.consequent) || names.isOrigin(given.alternate)
    : names.isOrigin(value);
}
