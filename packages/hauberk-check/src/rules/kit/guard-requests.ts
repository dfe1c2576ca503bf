import type { Program } from "../../model/program.ts";
import { annotationOf, isFunction, walk, type t } from "../../parse/ast.ts";
import type { Held, RequestPart } from "./held.ts";
import { importsAny } from "./mentions.ts";
import type { Receiver } from "./messages.ts";
import { dotted, keyName } from "./nodes.ts";

const NEST = /^@nestjs\/common$/;
const ROUTING_CONTROLLERS = /^routing-controllers$/;

/**
 * What guards and interceptors of NestJS take the request from (`canActivate(context) { const request =
 * context.switchToHttp().getRequest(); }`), and what routing-controllers asks who somebody is (`authorizationChecker: (action) =>
 * action.request.headers`).
 */
export function guardRequestsIn(program: Program): readonly Receiver[] {
  const methods = importsAny(program, NEST)
    ? program.modules.flatMap(({ index }) => index.get("ClassMethod") ?? [])
    : [];
  return [
    ...methods.flatMap(guardOf),
    ...(importsAny(program, ROUTING_CONTROLLERS) ? checkersIn(program) : []),
  ];
}

function guardOf(node: t.Node): readonly Receiver[] {
  if (!isFunction(node) || node.type !== "ClassMethod") return [];
  if (!/^(?:canActivate|intercept)$/.test(keyName(node.key))) return [];
  let req: string | undefined;
  walk(node.body, (one) => {
    if (one.type !== "VariableDeclarator" || one.id.type !== "Identifier" || !one.init) return;
    if (req === undefined && isRequest(one.init)) req = one.id.name;
  });
  return req === undefined ? [] : [{ fn: node, given: [], req }];
}

/** `context.switchToHttp().getRequest<Request>()`, `http.getRequest() as Request`. */
function isRequest(node: t.Node): boolean {
  if (node.type === "TSAsExpression") return isRequest(node.expression);
  return (
    node.type === "CallExpression" &&
    node.callee.type === "MemberExpression" &&
    keyName(node.callee.property) === "getRequest" &&
    node.arguments.length === 0
  );
}

const PARTS: readonly RequestPart[] = ["headers", "cookies", "query", "params", "body"];

/** Functions with a parameter of the type `Action`. */
function checkersIn(program: Program): readonly Receiver[] {
  return program.modules
    .filter(({ text }) => /\bAction\b/.test(text) && /["']routing-controllers["']/.test(text))
    .flatMap(({ index }) =>
      ["FunctionDeclaration", "ArrowFunctionExpression", "FunctionExpression", "ObjectMethod"].flatMap(
        (type) =>
          (index.get(type) ?? []).flatMap((fn) => {
            const [param] = isFunction(fn) ? fn.params : [];
            if (!isFunction(fn) || param?.type !== "Identifier" || !isAction(param)) return [];
            const named = PARTS.map((part) => [`${param.name}.request.${part}`, held(part)] as const);
            return [{ fn, given: [], named }];
          }),
      ),
    );
}

const held = (part: RequestPart): Held => ({ part, raw: true, whole: true });

function isAction(param: t.Identifier): boolean {
  const type = annotationOf(param);
  return type?.type === "TSTypeReference" && dotted(type.typeName) === "Action";
}
