import { dirname, parseJson } from "../files/paths.ts";
import type { ProjectFiles } from "../files/project-files.ts";
import type { Program } from "../model/program.ts";
import { remembered } from "../remembered.ts";

interface Manifest {
  /** "" for the root. */
  readonly folder: string;
  readonly name: string;
  readonly needs: ReadonlySet<string>;
}

/** The folders of packages that bring Express themselves and that the package of this file does not depend on: other applications. */
export function foldersOfOthers(program: Program, path: string): readonly string[] {
  const all = manifests(program.files);
  const own = all
    .filter(({ folder }) => isBelow(path, folder))
    .toSorted((a, b) => b.folder.length - a.folder.length)
    .at(0);
  if (own === undefined) return [];
  return all
    .filter(
      ({ folder, name, needs }) =>
        needs.has("express") && own.folder !== folder && !isBelow(own.folder, folder) && !own.needs.has(name),
    )
    .map(({ folder }) => folder);
}

const isBelow = (path: string, folder: string): boolean => folder === "" || path.startsWith(`${folder}/`);

const manifests = remembered((files: ProjectFiles): readonly Manifest[] =>
  files.list
    .filter((path) => /(?:^|\/)package\.json$/.test(path))
    .map((path) => {
      const read = (parseJson(files.read(path)) ?? {}) as Record<string, unknown>;
      const needs = ["dependencies", "devDependencies", "peerDependencies"].flatMap((kind) =>
        Object.keys(read[kind] ?? {}),
      );
      return {
        folder: dirname(path),
        name: String(read["name"]),
        needs: new Set(needs),
      };
    }),
);
