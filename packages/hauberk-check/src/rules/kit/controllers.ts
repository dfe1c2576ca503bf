import { decoratorsOf, type Decorator } from "../../model/decorators.ts";
import type { ProjectFiles } from "../../files/project-files.ts";
import type { Module } from "../../model/module.ts";
import type { Program } from "../../model/program.ts";
import { isFunction, type t } from "../../parse/ast.ts";
import { remembered } from "../../remembered.ts";
import type { Held, RequestPart } from "./held.ts";
import { importsAny } from "./mentions.ts";
import type { Receiver } from "./messages.ts";
import { plainText } from "./nodes.ts";
import { checkedFields, typeOf } from "./typed-params.ts";

/** Packages whose decorators make a method of a class a route of an Express app. */
const PACKAGES =
  /^(?:@nestjs\/common|routing-controllers|inversify-express-utils|tsoa|@tsed\/(?:common|platform-params|schema)|@decorators\/express)$/;

const ROUTES = /^(?:http)?(?:get|post|put|patch|delete|del|all|head|options|method|search)(?:mapping)?$/i;

/** What a decorator of a parameter puts into it. */
const PARTS: readonly (readonly [RegExp, RequestPart])[] = [
  [/^(?:request)?body(?:params?|prop)?$/i, "body"],
  [/^quer(?:y|ies|yparams?)$/i, "query"],
  [/^(?:request|path)?params?$|^path$/i, "params"],
  [/^(?:request)?headers?(?:params?)?$/i, "headers"],
  [/^cookies?(?:params?)?$/i, "cookies"],
];

/** Methods that a decorator makes a route of, and what their parameters are given: `@Get("find") find(@Query("name") name: string)`. */
export function controllersIn(program: Program): readonly Receiver[] {
  if (!importsAny(program, PACKAGES)) return [];
  return program.modules.flatMap((module) =>
    (module.index.get("ClassMethod") ?? []).flatMap((node) =>
      isFunction(node) && node.type === "ClassMethod" ? methodOf(node, module, program) : [],
    ),
  );
}

function methodOf(fn: t.ClassMethod, module: Module, program: Program): readonly Receiver[] {
  const route = decoratorsIn(fn, module, program).find(({ name }) => ROUTES.test(name));
  if (route === undefined) return [];
  const given: (readonly [t.Node, Held])[] = [];
  const names: { req?: string; res?: string } = {};
  for (const param of fn.params)
    for (const decorator of decoratorsIn(param, module, program)) {
      const role = roleOf(decorator.name);
      if (role !== undefined && param.type === "Identifier") names[role] = param.name;
      const held = heldBy(decorator, param, { module, program, route });
      if (held !== undefined) given.push([param, held]);
    }
  const isGiven = given.length > 0 || names.req !== undefined || names.res !== undefined;
  return isGiven ? [{ fn, given, ...names }] : [];
}

const roleOf = (name: string): "req" | "res" | undefined =>
  /^req(?:uest)?$/i.test(name) ? "req" : /^res(?:ponse)?$/i.test(name) ? "res" : undefined;

const decoratorsIn = (node: t.Node, module: Module, program: Program): readonly Decorator[] =>
  decoratorsOf(program.machine, node, module).filter(({ from }) => PACKAGES.test(from));

interface Where {
  readonly module: Module;
  readonly program: Program;
  readonly route: Decorator;
}

function heldBy({ name, args }: Decorator, param: t.Node, where: Where): Held | undefined {
  const part = PARTS.find(([pattern]) => pattern.test(name))?.[1];
  if (part === undefined || args.some(isPipe)) return undefined;
  // `@Get("/:id([0-9]+)")` lets nothing else through.
  if (part === "params" && where.route.args.some((one) => plainText(one)?.includes("(") === true))
    return undefined;
  const type = typeOf(param);
  if (type === "number" || type === "boolean") return undefined;
  const isAny = type === "any";
  const isNamed = args.some((one) => plainText(one) !== undefined);
  const isTyped = part === "body" && !isAny && !isNamed && !leavesOut(where.program.files);
  return {
    part,
    raw: isAny,
    whole: (isAny && !isNamed) || isTyped,
    ...(isTyped ? { typed: true } : {}),
    except: checkedFields(param, where.module, where.program),
  };
}

/** Pipes and settings that leave out what a class does not name, or that may. */
const LEAVING_OUT: readonly string[] = [
  "whitelist",
  "noImplicitAdditionalProperties",
  "createZodDto",
  "ZodValidationPipe",
  "APP_PIPE",
  "UsePipes",
  "excludeExtraneousValues",
  "typia",
];

/** Somewhere a body may lose the fields that its class does not name: it need not be a file that anything else is asked of. */
const leavesOut = remembered((files: ProjectFiles): boolean =>
  files.list.some((path) => {
    if (!/(?:\.[cm]?[jt]s|(?:^|\/)tsoa\.json)$/.test(path) || /\.d\.[cm]?ts$/.test(path)) return false;
    const text = files.read(path) ?? "";
    return LEAVING_OUT.some((word) => text.includes(word)) || hasOwnPipes(text);
  }),
);

/** `app.useGlobalPipes(new TrimPipe())`. */
const hasOwnPipes = (text: string): boolean =>
  text
    .split("useGlobalPipes(")
    .slice(1)
    .some((after) => !after.slice(0, 200).trimStart().startsWith("new ValidationPipe("));

/** `@Param("id", ParseIntPipe)`, `@Body(new ZodPipe(schema))`: something looks at the value first. */
const isPipe = (argument: t.Node): boolean =>
  argument.type === "Identifier" || argument.type === "NewExpression";
