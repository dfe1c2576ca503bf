import type { Program } from "../../model/program.ts";
import type { Module } from "../../model/module.ts";
import { ancestors, isFunction, type t } from "../../parse/ast.ts";
import { declaredIn } from "./declarations.ts";
import { dataAround } from "./handed-over.ts";
import type { RequestPart } from "./held.ts";
import { dotted, sourceText } from "./nodes.ts";
import { requestData } from "./request-data.ts";
import { isNarrowedBefore } from "./tested.ts";
import { remembered } from "../../remembered.ts";

/** What the source gives a template under one name. */
interface Given {
  /** The template as the call names it; `undefined` for `res.locals` and `app.locals`, which every template sees. */
  readonly view: string | undefined;
  readonly name: string;
  readonly value: t.Node;
  readonly module: Module;
}

const givenInAll = remembered((program: Program) => program.modules.flatMap(givenIn));

/** The part of the request that reaches `name` in this template as it came. */
export function requestGiven(program: Program, template: string, name: string): RequestPart | undefined {
  for (const { value, module } of givenTo(program, template, name)) {
    const handler = dataAround(value, { program, module });
    const part = handler && requestData(value, handler);
    if (part !== undefined && handler && !isNarrowedBefore(module, value, sourceText(module, value), handler))
      return part;
  }
  return undefined;
}

/** Whether something that is neither fixed nor cleaned reaches `name` in this template; `undefined` when nobody was seen to give it. */
export function isGivenOpenly(program: Program, template: string, name: string): boolean | undefined {
  const found = givenTo(program, template, name);
  return found.length === 0 ? undefined : found.some(({ value, module }) => isOpen(value, module));
}

/** What reaches `name` in this template, and is neither fixed nor cleaned. */
export const openlyGiven = (program: Program, template: string, name: string): readonly Given[] =>
  givenTo(program, template, name).filter(({ value, module }) => isOpen(value, module));

function givenTo(program: Program, template: string, name: string): readonly Given[] {
  const path = template.replace(/\.\w+$/, "");
  return givenInAll(program).filter(
    (one) => one.name === name && (one.view === undefined || isSame(path, one.view)),
  );
}

const isSame = (path: string, view: string): boolean => {
  const name = view.replace(/^\.?\//, "").replace(/\.(?:ejs|pug|jade|hbs|handlebars|mustache|njk|html)$/, "");
  return path === name || path.endsWith(`/${name}`);
};

function givenIn(module: Module): readonly Given[] {
  const found: Given[] = [];
  for (const node of module.index.get("CallExpression") ?? []) {
    if (node.type !== "CallExpression" || !/(?:^|\.)render(?:File)?$/.test(dotted(node.callee) ?? ""))
      continue;
    const [view, locals] = node.arguments;
    if (view?.type !== "StringLiteral" || locals === undefined) continue;
    for (const [name, value] of propertiesOf(locals)) found.push({ view: view.value, name, value, module });
  }
  for (const node of module.index.get("AssignmentExpression") ?? []) {
    const name =
      node.type === "AssignmentExpression"
        ? /\.locals\.(\w+)$/.exec(dotted(node.left) ?? "")?.[1]
        : undefined;
    if (name !== undefined && node.type === "AssignmentExpression")
      found.push({ view: undefined, name, value: node.right, module });
  }
  return found;
}

/** The properties of an object literal, or of one that a variable of the same function was set to. */
function propertiesOf(node: t.Node): readonly (readonly [string, t.Node])[] {
  const literal = node.type === "Identifier" ? declared(node) : node;
  if (literal?.type !== "ObjectExpression") return [];
  return literal.properties.flatMap((one) =>
    one.type === "ObjectProperty" && one.key.type === "Identifier"
      ? [[one.key.name, one.value] as const]
      : [],
  );
}

function declared(name: t.Identifier): t.Node | undefined {
  const fn = [...ancestors(name)].find((up) => isFunction(up));
  return fn && declaredIn(fn).get(name.name);
}

const CLEANED =
  /sanitize|purify|escape|encode|markdown|marked|stringify|serialize|toHtml|toHTML|renderToString|\bhtml\b|csrf|nonce/;

function isOpen(value: t.Node, module: Module): boolean {
  switch (value.type) {
    case "StringLiteral":
    case "NumericLiteral":
    case "BooleanLiteral":
    case "NullLiteral":
      return false;
    case "ArrayExpression":
      return value.elements.some((one) => one !== null && isOpen(one, module));
    case "ObjectExpression":
      return value.properties.some((one) => isOpen(one.type === "ObjectProperty" ? one.value : one, module));
    case "TemplateLiteral":
      return value.expressions.some((one) => isOpen(one, module));
    case "Identifier":
      if (value.name === "undefined") return false;
      break;
    case "ConditionalExpression":
      return isOpen(value.consequent, module) || isOpen(value.alternate, module);
    case "LogicalExpression":
      return isOpen(value.left, module) || isOpen(value.right, module);
    default:
  }
  return !CLEANED.test(sourceText(module, value));
}
