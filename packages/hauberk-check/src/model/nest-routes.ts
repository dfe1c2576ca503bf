import type { t } from "../parse/ast.ts";
import type { Layer } from "./app.ts";
import { decoratorNames, decoratorsOf, type Decorator } from "./decorators.ts";
import { LexicalScope } from "./lexical.ts";
import type { Machine } from "./machine.ts";
import type { Module } from "./module.ts";
import { property } from "./properties.ts";
import { roleOf } from "./roles.ts";
import { nameOf, prim, UNDEFINED, unknown, type Class, type Pkg, type Site, type Value } from "./values.ts";

/** What holds for all controllers that are added. */
export interface Surroundings {
  readonly guards: readonly Value[];
  readonly prefix: string;
}

const METHODS: ReadonlyMap<string, string> = new Map(
  ["Get", "Post", "Put", "Patch", "Delete", "All", "Head", "Options"].map((name) => [
    name,
    name.toLowerCase(),
  ]),
);

/** The routes of `@Controller("users") class UsersController`, each behind the guards in front of it. */
export function nestRoutes(
  machine: Machine,
  cls: Class,
  { guards, prefix }: Surroundings,
): readonly Omit<Layer, "conditions">[] {
  const { module } = cls;
  const own = decoratorsOf(machine, cls.node, module);
  const controller = own.find(({ name }) => name === "Controller");
  if (controller === undefined) return [];
  const bases = pathsIn(machine, controller, module);
  return cls.node.body.body.flatMap((member) => {
    if (member.type !== "ClassMethod") return [];
    const decorators = decoratorsOf(machine, member, module);
    const route = decorators.find(({ name }) => METHODS.has(name));
    if (route === undefined) return [];
    // `FileInterceptor("file", { limits })` is a call like any other.
    argumentsOf(machine, "UseInterceptors", [...own, ...decorators], module);
    const site: Site = { module, node: member };
    const paths = pathsIn(machine, route, module);
    const words = [cls.node, member].flatMap((one) => decoratorNames(one));
    const ofPackages = new Set([...own, ...decorators].map(({ name }) => name));
    const ownWords = words.filter((name) => !ofPackages.has(name));
    const handlers = [
      ...guards.map((one) => unlessPublic(guardOf(one, site), words)),
      ...argumentsOf(machine, "UseGuards", [...own, ...decorators], module).map((one) => guardOf(one, site)),
      // `@Auth("admin")` of the project may be `applyDecorators(UseGuards(...))`.
      ...(ownWords.some((name) => MAY_GUARD.test(name)) ? [unknown("a decorator that may guard", site)] : []),
      answerOf(machine, decorators, member, site),
    ];
    return bases.flatMap((base) =>
      paths.map((path) => ({
        kind: "route" as const,
        method: METHODS.get(route.name) ?? "all",
        path: pathBelow(prefix, base, path, site),
        handlers,
        site,
      })),
    );
  });
}

type PathPart = string | undefined;

/** The paths a decorator names; `undefined` for one that is not known. */
function pathsIn(machine: Machine, { args }: Decorator, module: Module): readonly PathPart[] {
  const [first] = args;
  if (first === undefined) return [""];
  const value = machine.evaluate(first, new LexicalScope(machine, module, first));
  const path = value.k === "obj" ? property(value, "path") : value;
  return (path.k === "arr" ? path.items : [path]).map((one) =>
    one.k === "prim" ? String(one.v ?? "") : undefined,
  );
}

function pathBelow(prefix: string, base: PathPart, path: PathPart, site: Site): Value {
  if (base === undefined || path === undefined) return unknown("a path", site);
  const parts = [prefix, base, path].flatMap((one) => one.split("/")).filter((one) => one !== "");
  return prim(`/${parts.join("/")}`, site);
}

/** What all decorators of a name are given. */
const argumentsOf = (
  machine: Machine,
  name: string,
  decorators: readonly Decorator[],
  module: Module,
): readonly Value[] =>
  decorators
    .filter((one) => one.name === name)
    .flatMap(({ args }) => args.map((one) => machine.evaluate(one, new LexicalScope(machine, module, one))));

/** A guard of the project refuses whom it likes: what it asks is not read, its name says what it is for. */
function guardOf(guard: Value, site: Site): Value {
  const name = nameOfGuard(guard);
  return name === ""
    ? unknown("a guard", site)
    : { k: "pkg", name: "@nestjs/common", path: ["UseGuards", name], site };
}

const MAY_GUARD = /auth|guard|roles?$|permi|login|admin|protect|secure|polic/i;
const LETS_IN = /public|anonym|guest|skip_?auth|no_?auth|without_?auth|allow_?(?:any|all|every)|unprotected/i;
const UNLIMITED = /skip_?throttle|no_?(?:throttle|limit)/i;

/** `@Public()` tells a guard of the whole application to let everybody in: whether it does is its own affair. */
function unlessPublic(guard: Value, decorators: readonly string[]): Value {
  const isLimit = guard.k === "pkg" && roleOf(nameOf(guard))?.role === "rate-limit";
  const mark = isLimit ? UNLIMITED : LETS_IN;
  return decorators.some((name) => mark.test(name)) ? { k: "either", values: [guard, UNDEFINED] } : guard;
}

function nameOfGuard(guard: Value): string {
  switch (guard.k) {
    case "class":
      return guard.node.id?.name ?? "";
    case "pkg":
      return guard.path.at(-1) ?? "";
    case "call":
      return nameOfGuard(guard.callee);
    case "obj":
      return guard.cls?.node.id?.name ?? "";
    default:
      return "";
  }
}

const OWN_ANSWER = /^(?:Render|Redirect|Header|Res|Response|Next)$/;
const DATA: Pkg = { k: "pkg", name: "@nestjs/common", path: ["Controller"] };

/** What a method returns is sent as JSON, unless it renders a page or takes the answer into its own hands. */
function answerOf(
  machine: Machine,
  decorators: readonly Decorator[],
  method: t.ClassMethod,
  site: Site,
): Value {
  const given = method.params.flatMap((param) => decoratorsOf(machine, param, site.module));
  const isOfItsOwn = [...decorators, ...given].some(({ name }) => OWN_ANSWER.test(name));
  return isOfItsOwn ? unknown("a method that answers", site) : { ...DATA, site };
}
