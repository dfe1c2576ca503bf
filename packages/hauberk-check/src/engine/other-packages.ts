import type { Manifest } from "../model/packages.ts";
import type { Program } from "../model/program.ts";

/** The folders of packages that bring Express themselves and that the package of this file does not depend on: other applications. */
export function foldersOfOthers({ packages }: Program, path: string): readonly string[] {
  const own = packages.manifestFor(path);
  if (own === undefined) return [];
  return packages.manifests
    .filter(
      (one) =>
        needs(one, "express") &&
        one !== own &&
        !isBelow(own.folder, one.folder) &&
        !(one.name !== undefined && needs(own, one.name)),
    )
    .map(({ folder }) => folder);
}

const needs = ({ dependencies, development }: Manifest, name: string): boolean =>
  dependencies.has(name) || development.has(name);

const isBelow = (path: string, folder: string): boolean => folder === "" || path.startsWith(`${folder}/`);
