import type { Layer } from "./app.ts";
import {
  answersItself,
  argumentsOf,
  dataOf,
  layersOf,
  namedGuard,
  routedMethods,
  verbsNamed,
  type Dialect,
} from "./controller-routes.ts";
import type { Machine } from "./machine.ts";
import { roleOf } from "./roles.ts";
import { nameOf, UNDEFINED, unknown, type Class, type Site, type Value } from "./values.ts";

/** What holds for all controllers that are added. */
export interface Surroundings {
  readonly guards: readonly Value[];
  readonly prefix: string;
}

const DIALECT: Dialect = {
  packages: /^@nestjs\//,
  controllers: new Set(["Controller"]),
  verbs: new Map(verbsNamed(["Get", "Post", "Put", "Patch", "Delete", "All", "Head", "Options"])),
};

const COMMON = "@nestjs/common";

/** The routes of a controller, each behind the guards in front of it. */
export function nestRoutes(
  machine: Machine,
  cls: Class,
  { guards, prefix }: Surroundings,
): readonly Omit<Layer, "conditions">[] {
  return routedMethods(machine, cls, DIALECT).flatMap((routed) => {
    const { decorators, words, site } = routed;
    // `FileInterceptor("file", { limits })` is a call like any other.
    argumentsOf(machine, decorators, "UseInterceptors");
    const handlers = [
      ...guards.map((one) => unlessPublic(guardOf(one, site), words)),
      ...argumentsOf(machine, decorators, "UseGuards").map((one) => guardOf(one, site)),
      // `@Auth("admin")` of the project may be `applyDecorators(UseGuards(...))`.
      ...routed.perhapsGuards,
      answersItself(machine, routed) ? unknown("a method that answers", site) : dataOf(COMMON, site),
    ];
    return layersOf(machine, routed, prefix, handlers);
  });
}

const CLASSES = new WeakMap<Value, Class>();

/** The class of the project that a guard in front of a route is. */
export const classOfGuard = (guard: Value): Class | undefined => CLASSES.get(guard);

function guardOf(guard: Value, site: Site): Value {
  const named = namedGuard(COMMON, nameOfGuard(guard), site);
  const cls = guard.k === "class" ? guard : guard.k === "obj" ? guard.cls : undefined;
  if (cls !== undefined) CLASSES.set(named, cls);
  return named;
}

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
