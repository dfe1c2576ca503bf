import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const PACKAGES = new URL("node_modules/", import.meta.url);
const OBSERVATORY = new URL("@mdn/mdn-http-observatory/", PACKAGES);

/** What a scan gives back, as far as it is looked at. */
export interface Scan {
  readonly scan: { readonly score: number; readonly grade: string; readonly testsFailed: number };
  readonly tests: Readonly<
    Record<string, { readonly result: string | null; readonly scoreModifier: number }>
  >;
}

/** MDN HTTP Observatory's own scanner. */
export async function loadObservatory(): Promise<(host: string) => Promise<Scan>> {
  installGraders();
  const module = (await import(new URL("src/index.js", OBSERVATORY).href)) as {
    readonly scan: (host: string) => Promise<Scan>;
  };
  return module.scan;
}

/** What Lighthouse gives back, as far as it is looked at. */
export interface LighthouseRun {
  readonly lhr: {
    readonly finalDisplayedUrl: string;
    readonly runtimeError?: { readonly message: string };
    readonly categories: Readonly<Record<string, Category>>;
    readonly audits: Readonly<Record<string, Audit>>;
  };
}

interface Category {
  readonly score: number | null;
  readonly auditRefs: readonly { readonly id: string; readonly weight: number }[];
}

interface Audit {
  readonly score: number | null;
  readonly scoreDisplayMode: string;
  readonly title: string;
  readonly details?: { readonly items?: readonly { readonly sourceLocation?: { readonly url: string } }[] };
}

/** Lighthouse, as a function. */
export async function loadLighthouse(): Promise<(url: string, flags: object) => Promise<LighthouseRun>> {
  installGraders();
  const module = (await import(new URL("lighthouse/core/index.js", PACKAGES).href)) as {
    readonly default: (url: string, flags: object) => Promise<LighthouseRun>;
  };
  return module.default;
}

/**
 * Installs the graders of the lockfile once, apart from the repository's packages. The Observatory brings an install script
 * that fetches the browsers' preload list: no script is run, and the list is empty, as nothing of a test is on it.
 */
function installGraders(): void {
  const lockfile = readFileSync(new URL("package-lock.json", import.meta.url));
  const name = createHash("sha256").update(lockfile).digest("hex").slice(0, 16);
  const stamp = new URL(`.installed-${name}`, PACKAGES);
  if (existsSync(stamp)) return;
  const options = ["--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--loglevel=error"];
  execFileSync("npm", ["ci", ...options], { cwd: FOLDER, stdio: ["ignore", "ignore", "inherit"] });
  writeFileSync(new URL("conf/hsts-preload.json", OBSERVATORY), "{}");
  writeFileSync(stamp, "");
}
