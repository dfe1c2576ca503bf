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

/** The text of all.ts for these folders. */
export function allSource(ids: readonly string[]): string {
  const lines = ids.map((id) => `export { rule as ${name(id)} } from "./${id}/rule.ts";`);
  return `${lines.join("\n")}\n`;
}

const name = (id: string): string => id.replace(/[/-](\w)/g, (_, letter: string) => letter.toUpperCase());
