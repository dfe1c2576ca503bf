import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const OBSERVATORY = new URL("node_modules/@mdn/mdn-http-observatory/", import.meta.url);

/** What a scan gives back, as far as it is looked at. */
export interface Scan {
  readonly scan: { readonly score: number; readonly grade: string; readonly testsFailed: number };
  readonly tests: Readonly<
    Record<string, { readonly result: string | null; readonly scoreModifier: number }>
  >;
}

/**
 * MDN HTTP Observatory's own scanner, installed apart from the repository's packages: it brings an install script that
 * fetches the browsers' preload list. The script is never run, and the list is empty: nothing of a test is on it.
 */
export async function loadObservatory(): Promise<(host: string) => Promise<Scan>> {
  const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")) as {
    readonly version: string;
  };
  const stamp = new URL(`node_modules/.installed-${version}`, import.meta.url);
  if (!existsSync(stamp)) {
    execFileSync(
      "npm",
      ["ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--loglevel=error"],
      {
        cwd: FOLDER,
        stdio: ["ignore", "ignore", "inherit"],
      },
    );
    writeFileSync(new URL("conf/hsts-preload.json", OBSERVATORY), "{}");
    writeFileSync(stamp, "");
  }
  const module = (await import(new URL("src/index.js", OBSERVATORY).href)) as {
    readonly scan: (host: string) => Promise<Scan>;
  };
  return module.scan;
}
