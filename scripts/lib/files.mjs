// @ts-check
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.mjs";

const SKIPPED = new Set(["node_modules", "dist", "fixtures", "coverage", "data", ".git", ".cache"]);

/**
 * Every file below some folders, as paths from the repository's root with `/`, in a stable order.
 * Installed, built and deliberately odd files (fixtures) are left out.
 * @param {readonly string[]} folders
 * @param {string} [base]
 * @returns {string[]}
 */
export function filesBelow(folders, base = root) {
  return folders.filter((folder) => existsSync(join(base, folder))).flatMap((folder) => walk(base, folder));
}

/**
 * @param {string} base
 * @param {string} folder
 * @returns {string[]}
 */
function walk(base, folder) {
  const entries = readdirSync(join(base, folder), { withFileTypes: true });
  return entries
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = folder === "." ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : walk(base, path);
      return entry.isFile() ? [path] : [];
    });
}
