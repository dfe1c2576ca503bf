import { existsSync, readdirSync } from "node:fs";

/** Every `<group>/<rule>` folder that holds a rule, in order. */
export function ruleFolders(root: URL): readonly string[] {
  const groups = readdirSync(root, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && entry.name !== "kit",
  );
  return groups
    .flatMap((group) => readdirSync(new URL(`${group.name}/`, root)).map((name) => `${group.name}/${name}`))
    .filter((id) => existsSync(new URL(`${id}/rule.ts`, root)))
    .toSorted();
}

/** The text of registry.ts for these folders. */
export function registrySource(ids: readonly string[]): string {
  const imports = ids.map((id) => `import { rule as ${name(id)} } from "./${id}/rule.ts";`);
  return `${imports.join("\n")}
import type { Rule } from "./rule.ts";

/** All rules, one per folder; written by \`scripts/generate.ts\`. */
export const RULES: readonly Rule[] = [
${ids.map((id) => `  ${name(id)},`).join("\n")}
];
`;
}

const name = (id: string): string => id.replace(/[/-](\w)/g, (_, letter: string) => letter.toUpperCase());
