import type { Module } from "../../../model/module.ts";
import type { Program } from "../../../model/program.ts";
import type { Site } from "../../../model/values.ts";
import {
  ancestors,
  enclosingFunction,
  isFunction,
  walk,
  type FunctionNode,
  type t,
} from "../../../parse/ast.ts";
import { remembered } from "../../../remembered.ts";
import { callersOf } from "../../kit/callers.ts";
import { declaredIn } from "../../kit/declarations.ts";
import { mentions } from "../../kit/mentions.ts";
import { callArguments, calleeName, handlerAround, keyName, sourceText } from "../../kit/nodes.ts";

const DECODES =
  /^(?:jwt|jsonwebtoken|jwt_decode|jwtDecode|decodeJwt|jose)(?:\.(?:decode|decodeJwt|jwtDecode))?$/;
const MENTIONS = /\bdecode\b|jwt_decode|jwtDecode|decodeJwt|base64/;
const VERIFIES =
  /\bverify\w{0,40}\s?\(|jwtVerify|createHmac|createVerify|timingSafeEqual|(?:\bawait |[.=] ?)(?:authenticate|introspect)\w{0,40}\s?\(/;

/** `jwt.decode(token)`, and the same by hand: `JSON.parse(Buffer.from(token.split(".")[1], "base64"))`. */
export function isDecode(node: t.Node, module: Module): boolean {
  const name = calleeName(node) ?? "";
  if (DECODES.test(name)) return true;
  if (name !== "JSON.parse") return false;
  const [written] = callArguments(node);
  if (written === undefined || !mentions(module, ENCODED)) return false;
  const fn = enclosingFunction(node);
  const declared = fn === undefined ? NO_NAMES : declaredIn(fn);
  const behind = whatIsIn(written, declared);
  return behind.some((one) => isEncoded(one, module)) && behind.some((one) => isPayload(one, declared));
}

const ENCODED = /\batob\(|["']base64(?:url)?["']/;
const NO_NAMES: ReadonlyMap<string, t.Node> = new Map();
/** `parse(text)`, `const text = decode(part)`, `const part = parts[1]`, `const parts = token.split(".")`. */
const MAX_VARIABLES = 6;

/** An expression with what is in it, and what its variables were declared with. */
function whatIsIn(written: t.Node, declared: ReadonlyMap<string, t.Node>): readonly t.Node[] {
  const found: t.Node[] = [];
  const held = new Set<t.Node>([written]);
  for (const one of held)
    walk(one, (inner) => {
      found.push(inner);
      const value = inner.type === "Identifier" ? declared.get(inner.name) : undefined;
      if (value !== undefined && !isFunction(value) && held.size <= MAX_VARIABLES) held.add(value);
    });
  return found;
}

const isEncoded = (node: t.Node, module: Module): boolean =>
  node.type === "CallExpression" && ENCODED.test(sourceText(module, node));

/** `token.split(".")[1]`, `parts[1]`. */
function isPayload(node: t.Node, declared: ReadonlyMap<string, t.Node>): boolean {
  if (node.type !== "MemberExpression" || node.property.type !== "NumericLiteral") return false;
  const { object } = node;
  const list = object.type === "Identifier" ? declared.get(object.name) : object;
  return node.property.value === 1 && list?.type === "CallExpression" && isSplitAtDots(list);
}

const isSplitAtDots = ({ callee, arguments: [sign] }: t.CallExpression): boolean =>
  callee.type === "MemberExpression" &&
  keyName(callee.property) === "split" &&
  sign?.type === "StringLiteral" &&
  sign.value === ".";

/** Helpers of helpers are followed so far. */
const MAX_HOPS = 3;

/**
 * Calls of functions of the project, in whatever file, that only decode a token they are given: by the call, where it is decoded.
 */
export const decodingCalls: (program: Program) => ReadonlyMap<t.Node, Site> = remembered(
  (program: Program) => {
    const found = new Map<t.Node, Site>();
    for (const module of program.modules) {
      if (!MENTIONS.test(module.text)) continue;
      for (const node of module.index.get("CallExpression") ?? [])
        if (isDecode(node, module)) addCallers(found, { module, node }, { module, node }, program, MAX_HOPS);
    }
    return found;
  },
);

/** Whether something in the file decodes a token, or calls what does. */
export const mayDecode = (module: Module, program: Program): boolean =>
  MENTIONS.test(module.text) || modulesOfHelpers(program).has(module);

const modulesOfHelpers = remembered((program: Program): ReadonlySet<Module> => {
  const helpers = decodingCalls(program);
  if (helpers.size === 0) return new Set();
  const holds = ({ index }: Module): boolean =>
    (index.get("CallExpression") ?? []).some((node) => helpers.has(node));
  return new Set(program.modules.filter(holds));
});

function addCallers(found: Map<t.Node, Site>, at: Site, decode: Site, program: Program, hops: number): void {
  const fn = hops === 0 || handlerAround(at.node) !== undefined ? undefined : helperAround(at);
  if (fn === undefined) return;
  for (const call of callersOf(fn, at.module, program)) {
    if (found.has(call.node)) continue;
    found.set(call.node, decode);
    addCallers(found, call, decode, program, hops - 1);
  }
}

/** The function around it, unless it checks a signature as well. */
function helperAround({ module, node }: Site): FunctionNode | undefined {
  for (const up of ancestors(node)) {
    if (!isFunction(up) || up.params.length === 0) continue;
    return VERIFIES.test(sourceText(module, up)) ? undefined : up;
  }
  return undefined;
}
