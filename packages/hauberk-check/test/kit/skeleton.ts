import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
/** What `npm start` leaves in it: settings and data of the one who tried it. */
const OWN: ReadonlySet<string> = new Set([".env", "data", "dist", "node_modules"]);

export interface Skeleton {
  readonly root: string;
  [Symbol.dispose](): void;
}

/** The skeleton as it was cloned, below the repository, where its packages are found. */
export function clonedSkeleton(): Skeleton {
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  const root = mkdtempSync(join(ROOT, ".cache/skeleton-"));
  cpSync(join(ROOT, "skeleton"), root, { recursive: true, filter: (path) => !OWN.has(basename(path)) });
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
}
