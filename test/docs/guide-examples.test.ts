import assert from "node:assert/strict";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PAGES = globSync(["README.md", "packages/*/README.md", "skeleton/README.md", "docs/guide/*.md"], {
  cwd: ROOT,
});

// Below node_modules, so that an example finds the packages a user would install.
mkdirSync(join(ROOT, "node_modules/.cache"), { recursive: true });
const folder = mkdtempSync(join(ROOT, "node_modules/.cache/guide-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The TypeScript of a page, each example a module of its own. */
function examples(page: string): readonly string[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
}

/** What an example takes for granted, as its page says: the reader's own app, store and functions. Never a part of Hauberk. */
const READERS_OWN = `
import type { Express, RequestHandler, Request } from "express";
import type { Hauberk, HauberkOptions } from "hauberk";
import type { SessionStore } from "hauberk/session";
declare global {
  const app: Express, req: Request, secure: Hauberk, store: SessionStore, handle: string, user: { readonly id: number };
  const theRest: HauberkOptions, origins: HauberkOptions["origins"], secrets: HauberkOptions["secrets"];
  const logger: Record<"info" | "warn", (facts: object, message: string) => void>;
  const db: { query(sql: string): Promise<unknown> };
  const showPayment: RequestHandler, showPrices: RequestHandler, onlyAdmins: RequestHandler;
  const checkPassword: (body: unknown) => Promise<{ readonly id: number }>, authenticate: typeof checkPassword;
  const myStore: () => SessionStore;
}
`;

/** What every page writes as "// ..." in a call of hauberk(): the options of the README. */
const withTheRest = (code: string): string => code.replace("  // ...\n", "  ...theRest,\n");

const TSCONFIG = {
  compilerOptions: {
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    module: "nodenext",
    target: "es2024",
    customConditions: ["source"],
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    types: ["node"],
    typeRoots: [join(ROOT, "node_modules/@types")],
  },
  include: ["*.mts"],
};

test("every TypeScript example of the READMEs and the guide agrees with the API", () => {
  assert.ok(PAGES.length > 15);
  for (const page of PAGES) {
    const name = page.replaceAll("/", "-").replace(/\.md$/, "");
    examples(page).forEach((code, at) => {
      writeFileSync(join(folder, `${name}-${at + 1}.mts`), `${withTheRest(code)}\nexport {};\n`);
    });
  }
  writeFileSync(join(folder, "readers-own.mts"), READERS_OWN);
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  const { status, stdout } = spawnSync(process.execPath, [compiler, "-p", folder], { encoding: "utf8" });
  assert.equal(status, 0, stdout);
});
