import { basename, dirname, joinPath } from "../files/paths.ts";
import { inProduction } from "./alternatives.ts";
import type { Machine } from "./machine.ts";
import { text } from "./operators.ts";
import { ROOT } from "./root.ts";
import { array, prim, type Pkg, type Site, type Value } from "./values.ts";

/** The files of the project that `fs.readdirSync` or a glob gives: how routes are loaded by name. */
export function listFiles(
  machine: Machine,
  { name, path: [method] }: Pkg,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  const isFolder = /^fs(?:-extra)?$/.test(name) && method === "readdirSync";
  const isGlob =
    /^(?:glob|fast-glob|globby|tiny-glob|tinyglobby)$/.test(name) &&
    /^(?:sync|globSync|globbySync)$/.test(method ?? "");
  const [first] = args;
  const written = first === undefined || !(isFolder || isGlob) ? undefined : text(inProduction(first));
  if (written === undefined) return undefined;
  const below = joinPath("", written.replace(ROOT, ""));
  // Each star is one more loop over the name: nobody writes more than a few.
  if ((below.match(/\*/g) ?? []).length > MAX_STARS) return undefined;
  const { list } = machine.program.files;
  const found = isFolder
    ? list.filter((one) => dirname(one) === below).map((one) => basename(one))
    : list
        .filter((one) => globbed(below).test(one))
        .map((one) => (written.startsWith(ROOT) ? `${ROOT}/${one}` : `./${one}`));
  return array(
    found.map((one) => prim(one, site)),
    false,
    site,
  );
}

const MAX_STARS = 6;

/** The expression for a glob: `**` crosses folders, `*` does not, `{a,b}` is a choice. */
function globbed(glob: string): RegExp {
  const source = glob
    .replace(/[.+^$()|[\]\\]/g, String.raw`\$&`)
    .replace(/\*\*\/?|\*|\?/g, (sign) => WILDCARDS[sign] ?? "")
    .replace(/\{([^{}]*)\}/g, (_, choices: string) => `(?:${choices.replaceAll(",", "|")})`);
  return new RegExp(`^${source}$`);
}

const WILDCARDS: Readonly<Record<string, string>> = {
  "**/": "(?:.*/)?",
  "**": ".*",
  "*": "[^/]*",
  "?": "[^/]",
};
