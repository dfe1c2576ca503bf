import { alternatives } from "./alternatives.ts";
import { decoratorsOf } from "./decorators.ts";
import { listFiles } from "./file-lists.ts";
import type { Machine } from "./machine.ts";
import { importsOf, type Module } from "./module.ts";
import { text } from "./operators.ts";
import { object, prim, type Class, type Site, type Value } from "./values.ts";

/** The classes that a list names, and whether it may name more than these. */
export interface Classes {
  readonly classes: readonly Class[];
  readonly isWhole: boolean;
}

const NONE: Classes = { classes: [], isWhole: true };
const UNKNOWN: Classes = { classes: [], isWhole: false };

/** `[UsersController, __dirname + "/controllers/*.js"]`: classes, and what the files export that a glob means. */
export function classesIn(machine: Machine, list: Value, site: Site): Classes {
  if (list.k === "prim" && (list.v === undefined || list.v === null)) return NONE;
  const items = list.k === "arr" ? list.items.flatMap((one) => alternatives(one)) : alternatives(list);
  const found = items.map((one) => classesOf(machine, one, site));
  return {
    classes: [...new Map(found.flatMap(({ classes }) => classes).map((one) => [one.node, one])).values()],
    isWhole: found.every(({ isWhole }) => isWhole) && (list.k !== "arr" || !list.open),
  };
}

function classesOf(machine: Machine, value: Value, site: Site): Classes {
  if (value.k === "class") return { classes: [value], isWhole: true };
  // What a file exports.
  if (value.k === "obj" && !value.open)
    return { classes: [...value.props.values()].filter((one) => one.k === "class"), isWhole: true };
  const glob = text(value);
  return glob === undefined ? UNKNOWN : globbedClasses(machine, glob, site);
}

const ABSOLUTE = object(false);
ABSOLUTE.props.set("absolute", prim(true));

const BUILT = /(^|\/)(?:dist|build|lib|out)\//;

/** The sources of what a glob means once they are compiled: `dist/controllers/*.js` are `src/controllers/*.ts`. */
function globbedClasses(machine: Machine, glob: string, site: Site): Classes {
  const wide = glob.replace(/\.(?:[jt]s|\{[jt]s,[jt]s\}|\*)$/, ".{ts,js}");
  for (const one of [wide, wide.replace(BUILT, "$1src/"), wide.replace(BUILT, "$1")]) {
    const files = listFiles(machine, "glob.sync", [prim(one), ABSOLUTE], site);
    if (files?.k !== "arr" || files.items.length === 0) continue;
    const exported = files.items.flatMap((file) => {
      const path = text(file);
      if (path === undefined || /\.d\.ts$|\.(?:test|spec)\./.test(path)) return [];
      const value = machine.import(path, site.module, site);
      return value.k === "obj" ? [...value.props.values()] : [value];
    });
    return { classes: exported.filter((value) => value.k === "class"), isWhole: true };
  }
  return UNKNOWN;
}

/**
 * The classes of the project's package with a decorator of these: those that register themselves as soon as their file is loaded. A
 * file that nobody imports never is, but where something else looks for them.
 */
export function decoratedClasses(
  machine: Machine,
  packages: RegExp,
  names: ReadonlySet<string>,
  site: Site,
  onlyLoaded = true,
): readonly Class[] {
  const { program } = machine;
  const folder = program.packages.folderOf(site.module.path);
  const modules = program.modules.filter(({ path }) => program.packages.folderOf(path) === folder);
  const loaded = onlyLoaded ? new Set([site.module.path, ...importedBy(machine, modules)]) : undefined;
  const own = modules
    .filter((module) => importsOf(module).some((one) => packages.test(one)))
    .filter(({ path }) => loaded?.has(path) !== false)
    .flatMap((module) => classesOfModule(machine, module));
  return [...new Map(own.map((one) => [one.node, one])).values()].filter(({ node, module }) =>
    decoratorsOf(machine, node, module).some((one) => packages.test(one.from) && names.has(one.name)),
  );
}

const importedBy = ({ program: { resolver } }: Machine, modules: readonly Module[]): readonly string[] =>
  modules.flatMap((module) =>
    importsOf(module).flatMap((one) => {
      const found = resolver.resolve(one, module.path);
      return found.kind === "file" ? [found.path] : [];
    }),
  );

function classesOfModule(machine: Machine, module: Module): readonly Class[] {
  machine.load(module);
  const values = [...(module.scope?.vars.values() ?? []), ...module.exports.props.values()];
  return values.filter((one) => one.k === "class").filter((one) => one.module === module);
}
