import { isFunction, type t } from "../parse/ast.ts";
import type { Layer } from "./app.ts";
import { decoratorNames, decoratorsOf, type Decorator } from "./decorators.ts";
import { LexicalScope } from "./lexical.ts";
import type { Machine } from "./machine.ts";
import { memberName, methodOf } from "./members.ts";
import type { Module } from "./module.ts";
import { text } from "./operators.ts";
import { property } from "./properties.ts";
import { prim, UNDEFINED, unknown, type Class, type Pkg, type Site, type Value } from "./values.ts";

/** What the decorators of one framework are called. */
export interface Dialect {
  readonly packages: RegExp;
  readonly controllers: ReadonlySet<string>;
  /** Which method a decorator makes a route of; `VERB_GIVEN` where its first argument says that. */
  readonly verbs: ReadonlyMap<string, string>;
}

/** `@Method("search", "/users")`. */
export const VERB_GIVEN = "?";

/** `@Get()` and its like, each named as its method is. */
export const verbsNamed = (names: readonly string[]): readonly (readonly [string, string])[] =>
  names.map((name) => [name, name.toLowerCase()]);

/** A method of a controller that a decorator makes a route of, and all that is said of it. */
export interface Routed {
  readonly cls: Class;
  readonly member: t.ClassMethod;
  readonly controller: Decorator;
  /** Its arguments begin with the path. */
  readonly route: Decorator;
  /** `get`, and `?` for one that is not known. */
  readonly verb: string;
  /** Those of the class. */
  readonly own: readonly Decorator[];
  /** Those of the class, then those of the method. */
  readonly decorators: readonly Decorator[];
  /** What all of them are called, the project's own among them. */
  readonly words: readonly string[];
  /** What stands in for one of the project's that may be a guard: `@Auth("admin")`. */
  readonly perhapsGuards: readonly Value[];
  readonly site: Site;
}

const MAY_GUARD = /auth|guard|roles?$|permi|login|admin|protect|secure|polic/i;

/** As far as classes extend each other. */
const MAX_PARENTS = 8;

/** The routes of `@Controller("users") class UsersController`, those that it inherits among them. */
export function routedMethods(machine: Machine, cls: Class, dialect: Dialect): readonly Routed[] {
  const own = decoratorsOf(machine, cls.node, cls.module).filter((one) => dialect.packages.test(one.from));
  const controller = own.find(({ name }) => dialect.controllers.has(name));
  if (controller === undefined) return [];
  return membersOf(cls).flatMap(({ member, module }) => {
    const decorators = decoratorsOf(machine, member, module).filter((one) => dialect.packages.test(one.from));
    const words = [...decoratorNames(cls.node), ...decoratorNames(member)];
    const known = new Set([...own, ...decorators].map(({ name }) => name));
    const site = { module, node: member };
    const mayGuard = words.some((name) => !known.has(name) && MAY_GUARD.test(name));
    return decorators.flatMap((decorator) => {
      const verb = dialect.verbs.get(decorator.name);
      return verb === undefined
        ? []
        : [
            {
              cls,
              member,
              controller,
              ...routeOf(machine, decorator, verb),
              own,
              decorators: [...own, ...decorators],
              words,
              perhapsGuards: mayGuard ? [unknown("a decorator that may guard", site)] : [],
              site,
            },
          ];
    });
  });
}

function routeOf(machine: Machine, route: Decorator, verb: string): Pick<Routed, "route" | "verb"> {
  if (verb !== VERB_GIVEN) return { route, verb };
  const [said = UNDEFINED] = given(machine, route);
  return {
    route: { ...route, args: route.args.slice(1) },
    verb: text(said)?.toLowerCase() ?? VERB_GIVEN,
  };
}

interface Held {
  readonly member: t.ClassMethod;
  readonly module: Module;
}

/** The methods of a class and of those it extends, but for what it has one of its own of. */
function membersOf(cls: Class): readonly Held[] {
  const found = new Map<unknown, Held>();
  let at: Class | undefined = cls;
  for (let depth = 0; at !== undefined && depth < MAX_PARENTS; depth += 1) {
    for (const member of at.node.body.body) {
      if (!isFunction(member) || member.type !== "ClassMethod" || member.kind !== "method") continue;
      const key = memberName(member.key) ?? member;
      if (!found.has(key)) found.set(key, { member, module: at.module });
    }
    at = at.parent?.k === "class" ? at.parent : undefined;
  }
  return [...found.values()];
}

/** The layers of a route: one for each path that its class and the method name. */
export function layersOf(
  machine: Machine,
  { cls, controller, route, verb, site }: Routed,
  prefix: PathPart,
  handlers: readonly Value[],
): readonly Omit<Layer, "conditions">[] {
  return pathsIn(machine, controller, cls.module).flatMap((base) =>
    pathsIn(machine, route, site.module).map((path) => ({
      kind: "route" as const,
      method: verb,
      path: pathBelow([prefix, base, path], site),
      handlers,
      site,
    })),
  );
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

function pathBelow(parts: readonly PathPart[], site: Site): Value {
  const known = parts.filter((one) => one !== undefined);
  if (known.length < parts.length) return unknown("a path", site);
  return prim(
    `/${known
      .flatMap((one) => one.split("/"))
      .filter((one) => one !== "")
      .join("/")}`,
    site,
  );
}

/** What all decorators of a name are given. */
export const argumentsOf = (
  machine: Machine,
  decorators: readonly Decorator[],
  name: string,
): readonly Value[] => decorators.filter((one) => one.name === name).flatMap((one) => given(machine, one));

/** The decorators of the parameters of a method. */
export const ofParameters = (machine: Machine, { member, site }: Routed): readonly Decorator[] =>
  member.params.flatMap((param) => decoratorsOf(machine, param, site.module));

/** What a decorator is given, as values. */
export const given = (machine: Machine, { args, module }: Decorator): readonly Value[] =>
  args.map((one) => machine.evaluate(one, new LexicalScope(machine, module, one)));

/** A guard refuses whom it likes: what it asks is not read, its name says what it is for. */
export const namedGuard = (framework: string, name: string, site: Site): Value =>
  name === "" ? unknown("a guard", site) : { k: "pkg", name: framework, path: ["UseGuards", name], site };

/** What a method returns is sent as JSON. */
export const dataOf = (framework: string, site: Site): Value => ({
  k: "pkg",
  name: framework,
  path: ["Controller"],
  site,
});

/** A function of the project that the framework calls, and whose errors it catches. */
export const caught = (framework: string, fn: Value, site: Site): Value => ({
  k: "call",
  callee: { k: "pkg", name: framework, path: ["Handler"] },
  args: [fn],
  isNew: false,
  site,
});

/** The method of an object that nobody here has made. */
export const methodOfInjected = (cls: Class, name: string): Value | undefined =>
  methodOf(cls, name, unknown("an instance that a container makes"));

/** The method itself, which takes what any handler takes. */
export function methodAsHandler({ cls, member, site }: Routed, framework: string): Value {
  const fn = methodOfInjected(cls, memberName(member.key) ?? "");
  return fn === undefined ? unknown("a method that answers", site) : caught(framework, fn, site);
}

const OWN_ANSWER = /^(?:Render|Redirect|Header|ContentType|Location|Res|Response|Next)$/;

/** Whether a method renders a page or takes the answer into its own hands. */
export const answersItself = (machine: Machine, routed: Routed): boolean =>
  [...routed.decorators, ...ofParameters(machine, routed)].some(({ name }) => OWN_ANSWER.test(name));

/** What reads a body for the framework. */
export const JSON_PARSER: Pkg = { k: "pkg", name: "body-parser", path: ["json"] };
export const MULTER: Pkg = { k: "pkg", name: "multer", path: [] };
