import type { ProjectFiles } from "../files/project-files.ts";
import { dirname, record } from "../files/paths.ts";
import { byMode } from "./alternatives.ts";
import { dataOf } from "./data-files.ts";
import { jsonValue } from "./json-values.ts";
import type { Machine } from "./machine.ts";
import { env, text } from "./operators.ts";
import type { Program } from "./program.ts";
import type { Pkg, Site, Value } from "./values.ts";

/** Programs come after the defaults and may put anything in their place. */
const PROGRAM = /^(?:default|production|local|local-production|custom-environment-variables)\.[cm]?[jt]s$/;

/**
 * `config.get("session.secret")` of the package `config`: what `config/production.json` (or `.yaml`) says, or
 * else `config/default.json`; the environment variable first where `custom-environment-variables.json` names one.
 * `undefined` for what stands in neither, and where a program has the last word.
 *
 * @see https://github.com/node-config/node-config/wiki/Configuration-Files
 */
export function callConfig(
  machine: Machine,
  callee: Pkg,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  if (callee.path.at(-1) !== "get" || args[0] === undefined) return undefined;
  const path = text(args[0]);
  return path === undefined ? undefined : configValue(machine, path, site);
}

/** The same for `config.session.secret`. */
export function configMember(machine: Machine, { name, path }: Pkg, site: Site): Value | undefined {
  return name !== "config" || /^(?:get|has|util|default)$/.test(path[0] ?? "get")
    ? undefined
    : configValue(machine, path.join("."), site);
}

function configValue(machine: Machine, path: string, site: Site): Value | undefined {
  const { program } = machine;
  const folder = folderOf(program.files, site.module.path);
  if (folder === undefined) return undefined;
  const read = (name: string): unknown => at(settingsIn(program, `${folder}/${name}`), path);
  const dev = read("default");
  const prod = merged(dev, read("production"));
  if (prod === undefined) return undefined;
  const variable = read("custom-environment-variables");
  const value: Value =
    prod === dev ? jsonValue(dev, site) : byMode(jsonValue(prod, site), jsonValue(dev, site));
  // Where a part of a whole group comes from the environment, the group is not what the files say.
  if (typeof variable === "object" && variable !== null) return undefined;
  return typeof variable === "string"
    ? { k: "fallback", left: env(variable, site), right: value, site }
    : value;
}

const TYPES = [".json", ".yaml", ".yml"];

const settingsIn = (program: Program, stem: string): unknown =>
  TYPES.map((type) => dataOf(program, stem + type)).find((data) => data !== undefined);

/** What production says instead of the defaults, name by name. */
function merged(before: unknown, after: unknown): unknown {
  if (after === undefined) return before;
  const [old, now] = [record(before), record(after)];
  if (old === undefined || now === undefined) return after;
  return Object.fromEntries(
    [...new Set([...Object.keys(old), ...Object.keys(now)])].map((key) => [key, merged(old[key], now[key])]),
  );
}

/** The nearest `config` folder above that has defaults, if that is all that decides. */
function folderOf(files: ProjectFiles, from: string): string | undefined {
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    const inside = folder === "" ? "config" : `${folder}/config`;
    if (TYPES.some((type) => files.has(`${inside}/default${type}`)))
      return files.list.some((one) => dirname(one) === inside && PROGRAM.test(one.slice(inside.length + 1)))
        ? undefined
        : inside;
    if (folder === "") return undefined;
  }
}

function at(data: unknown, path: string): unknown {
  let current = data;
  for (const name of path.split(".")) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, name)) return undefined;
    current = (current as Record<string, unknown>)[name];
  }
  return current;
}
