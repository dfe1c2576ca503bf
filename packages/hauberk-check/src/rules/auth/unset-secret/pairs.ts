import { walk, type t } from "../../../parse/ast.ts";
import { inProduction } from "../../../model/alternatives.ts";
import { onlyPieceOf } from "../../kit/built-values.ts";
import { calleeName, keyName, type HandlerNames } from "../../kit/nodes.ts";
import { heldBy } from "../../kit/request-data.ts";
import type { NodeContext } from "../../rule.ts";

/** What a request brings, or does not bring, beside a variable of the environment. */
export interface Pair {
  readonly given: t.Node;
  readonly kept: t.Node;
  readonly variable: string;
  /** `Bearer ` of `Bearer ${process.env.JOB_KEY}`, which is a text in any case. */
  readonly prefix?: string;
}

export function pairOf(
  { left, right }: t.BinaryExpression,
  handler: HandlerNames,
  context: NodeContext,
): Pair | undefined {
  if (left.type === "PrivateName") return undefined;
  return paired(left, right, handler, context) ?? paired(right, left, handler, context);
}

function paired(given: t.Node, kept: t.Node, handler: HandlerNames, context: NodeContext): Pair | undefined {
  const scheme = schemeOf(kept);
  const variable = variableOf(scheme?.secret ?? kept, context);
  if (variable === undefined || !SECRET.test(variable)) return undefined;
  // Any text may be sent; that nothing was has to be possible.
  const isOpen = scheme === undefined ? mayBeMissing(given, handler) : heldBy(given, handler) !== undefined;
  if (!isOpen) return undefined;
  return { given, kept: scheme?.secret ?? kept, variable, ...(scheme && { prefix: scheme.prefix }) };
}

const SECRET = /secret|token|key|pass|pwd|admin|user|auth|hook|code|pin|cred/i;

/** `Bearer ${secret}`, and nothing else around it. */
function schemeOf(node: t.Node): { readonly secret: t.Node; readonly prefix: string } | undefined {
  if (node.type !== "TemplateLiteral") return undefined;
  const [secret, ...others] = node.expressions;
  const [prefix = "", after = ""] = node.quasis.map((one) => one.value.raw);
  return secret === undefined || others.length > 0 || after !== "" ? undefined : { secret, prefix };
}

/** The one variable that a value is, without anything that stands in for it. */
function variableOf(node: t.Node, { value }: NodeContext): string | undefined {
  if (!/^(?:Identifier|(?:Optional)?MemberExpression|TS\w+)$/.test(node.type)) return undefined;
  const held = inProduction(value(node));
  return held.k === "env" ? held.name : undefined;
}

const SENT = /^(?:headers|query|body|cookies)$/;

/** Whether a request may bring nothing there: what a path holds it always brings, and a text is made of nothing nowhere. */
function mayBeMissing(node: t.Node, handler: HandlerNames): boolean {
  if (/^TS\w+Expression$/.test(node.type) && "expression" in node && typeof node.expression === "object")
    return mayBeMissing(node.expression as t.Node, handler);
  if (node.type === "Identifier") return isTakenOut(node, handler);
  if (isHeaderCall(node, handler)) return true;
  if (isOptional(node)) return heldBy(node, handler) !== undefined;
  if (node.type !== "MemberExpression") return false;
  if (isSecondPiece(node)) return heldBy(node.object, handler) !== undefined;
  const held = heldBy(node, handler);
  return (
    held?.raw === true && !held.whole && SENT.test(held.part) && heldBy(node.object, handler)?.whole === true
  );
}

const isHeaderCall = (node: t.Node, { req }: HandlerNames): boolean =>
  node.type === "CallExpression" &&
  /\.(?:get|header)$/.test(calleeName(node) ?? "") &&
  calleeName(node)?.startsWith(`${req}.`) === true;

/** `req.headers.authorization?.split(" ")[1]`: nothing of nothing. */
const isOptional = (node: t.Node): boolean =>
  node.type === "OptionalMemberExpression" || node.type === "OptionalCallExpression";

/** `header.split(" ")[1]`: a header of one word has no second. */
const isSecondPiece = ({ object, property }: t.MemberExpression): boolean =>
  property.type === "NumericLiteral" &&
  property.value > 0 &&
  object.type === "CallExpression" &&
  object.callee.type === "MemberExpression" &&
  keyName(object.callee.property) === "split";

/** A variable that holds what may be missing, once and without a default. */
function isTakenOut(node: t.Identifier, handler: HandlerNames): boolean {
  if (heldBy(node, handler) === undefined) return false;
  const made = onlyPieceOf(node.name, handler);
  if (made !== undefined) return made.type !== "Identifier" && mayBeMissing(made, handler);
  let isFound = false;
  walk(handler.fn.body, (one) => {
    if (one.type !== "VariableDeclarator" || one.id.type !== "ObjectPattern" || !one.init) return;
    const part = heldBy(one.init, handler);
    if (part?.whole !== true || !SENT.test(part.part)) return;
    isFound ||= one.id.properties.some(
      (field) =>
        field.type === "ObjectProperty" &&
        field.value.type === "Identifier" &&
        field.value.name === node.name,
    );
  });
  return isFound;
}
