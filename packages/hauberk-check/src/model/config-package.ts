import type { ProjectFiles } from "../files/project-files.ts";
import { dirname } from "../files/paths.ts";
import { byMode } from "./alternatives.ts";
import { jsonValue } from "./json-values.ts";
import type { Machine } from "./machine.ts";
import { env, text } from "./operators.ts";
import type { Pkg, Site, Value } from "./values.ts";

/** Programs come after the defaults and may put anything in their place. */
const PROGRAM = /^(?:default|production|local|local-production|custom-environment-variables)\.[cm]?[jt]s$/;

/**
 * `config.get("session.secret")` of the package `config`: what `config/production.json` says, or else
 * `config/default.json`; the environment variable first where `custom-environment-variables.json` names one.
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
  const { program } = machine;
  const folder = path === undefined ? undefined : folderOf(program.files, site.module.path);
  if (path === undefined || folder === undefined) return undefined;
  const read = (name: string): unknown => at(program.json(`${folder}/${name}.json`), path);
  const dev = read("default");
  const prod = read("production") ?? dev;
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

/** The nearest `config` folder above that has a `default.json`, if that is all that decides. */
function folderOf(files: ProjectFiles, from: string): string | undefined {
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    const inside = folder === "" ? "config" : `${folder}/config`;
    if (files.has(`${inside}/default.json`))
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
