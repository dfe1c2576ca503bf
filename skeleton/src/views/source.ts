import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Every template below the folder, as a path relative to it, in a fixed order. */
export function templateNames(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".pug"))
    .map((name) => name.replaceAll("\\", "/"))
    .toSorted();
}

/** Changes with every change of a template, of its name, or of the list of templates. */
export function fingerprintOf(directory: string): string {
  const hash = createHash("sha256");
  for (const name of templateNames(directory)) {
    const text = readFileSync(join(directory, name));
    hash.update(`${name}\0${text.length}\0`).update(text);
  }
  return hash.digest("base64url");
}
