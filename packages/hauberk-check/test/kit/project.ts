import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const EXPRESS = { 3: "express3", 4: "express4", 5: "express" } as const;
const VERSIONS = { 3: "3.21.2", 4: "4.22.3", 5: "5.3.0" } as const;
const PACKAGES = [
  "body-parser",
  "cookie-parser",
  "cookie-session",
  "cors",
  "csurf",
  "express-rate-limit",
  "express-session",
  "hauberk",
  "helmet",
  "method-override",
  "multer",
];

export interface Project {
  readonly root: string;
  [Symbol.dispose](): void;
}

/** A folder with these files, in which `express` and the usual middleware can be required. */
export function project(express: 3 | 4 | 5, files: Readonly<Record<string, string>>): Project {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "hauberk-check-")));
  mkdirSync(join(root, "node_modules"));
  link(root, "express", folderOf(EXPRESS[express]));
  for (const name of PACKAGES) link(root, name, folderOf(name));
  write(
    root,
    "package.json",
    JSON.stringify({ name: "fixture", dependencies: { express: VERSIONS[express] } }),
  );
  for (const [path, text] of Object.entries(files)) write(root, path, text);
  return {
    root,
    [Symbol.dispose]: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function link(root: string, name: string, target: string | undefined): void {
  if (target !== undefined) symlinkSync(target, join(root, "node_modules", name), "junction");
}

function folderOf(name: string): string | undefined {
  const paths = require.resolve.paths(name) ?? [];
  for (const path of paths) {
    try {
      return realpathSync(join(path, name));
    } catch {
      // Not in this folder; the next one up.
    }
  }
  return undefined;
}
