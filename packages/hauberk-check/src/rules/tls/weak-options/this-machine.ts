import { ancestors, walk, type Node } from "../../../parse/ast.ts";
import { escapeForPattern } from "../../kit/patterns.ts";
import { dotted, keyName } from "../../kit/nodes.ts";
import type { NodeContext } from "../../rule.ts";

const ADDRESS = /^(?:brokers|hosts?|hostname|servers?|ur[il]|address|endpoint)$/;
const THIS_MACHINE = /^(?:\w+:\/\/)?(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)(?:[:/]|$)/;

/** `{ host: "localhost", tls: { rejectUnauthorized: false } }`, `get("https://127.0.0.1/alive", {...})`: nobody sits in between. */
export function asksThisMachine(node: Node, context: NodeContext): boolean {
  return ancestors(node)
    .slice(0, 4)
    .some((one) => {
      if (one.type === "CallExpression")
        return one.arguments[0] !== undefined && isThisMachine(one.arguments[0], context);
      if (one.type !== "ObjectExpression") return false;
      return one.properties.some(
        (own) =>
          own.type === "ObjectProperty" &&
          ADDRESS.test(keyName(own.key)) &&
          (isThisMachine(own.value, context) || isPlanned(own.value, context)),
      );
    });
}

function isThisMachine(value: Node, context: NodeContext): boolean {
  if (value.type === "StringLiteral") return THIS_MACHINE.test(value.value);
  // What the first expression adds may go on with the host's name.
  if (value.type === "TemplateLiteral") return THIS_MACHINE.test(`${value.quasis[0]?.value.raw ?? ""}x`);
  if (value.type === "Identifier") {
    const known = context.value(value);
    return known.k === "prim" && typeof known.v === "string" && THIS_MACHINE.test(known.v);
  }
  return (
    value.type === "ArrayExpression" &&
    value.elements.length > 0 &&
    value.elements.every((one) => one !== null && isThisMachine(one, context))
  );
}

/** `host: plan.host` in a function of this file alone, where every plan that the file makes is for this machine. */
function isPlanned(value: Node, context: NodeContext): boolean {
  if (value.type !== "MemberExpression" || value.object.type !== "Identifier") return false;
  const { module } = context;
  const fn = ancestors(value).find((one) => one.type === "FunctionDeclaration");
  const [root, name, more] = (dotted(value) ?? "").split(".");
  if (fn?.type !== "FunctionDeclaration" || name === undefined || more !== undefined) return false;
  if (!fn.params.some((one) => one.type === "Identifier" && one.name === root)) return false;
  if (isHandedOut(fn.id?.name ?? "", module.text)) return false;
  const made: Node[] = [];
  walk(module.ast, (one) => {
    if (one.type !== "ObjectProperty" || keyName(one.key) !== name) return;
    if (dotted(one.value)?.endsWith(`.${name}`) !== true) made.push(one.value);
  });
  return made.length > 0 && made.every((one) => isThisMachine(one, context));
}

const isHandedOut = (name: string, text: string): boolean =>
  name === "" ||
  new RegExp(
    String.raw`\bexport\s+(?:default\s+)?(?:async\s+)?function\s+${escapeForPattern(name)}\b|\bexports?\b[^;()]{0,400}\b${escapeForPattern(name)}\b`,
  ).test(text);
