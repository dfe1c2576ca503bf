import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { memoryFiles } from "../files/project-files.ts";
import { Packages } from "./packages.ts";

const manifest = (dependencies: object): string => JSON.stringify({ dependencies });
const ROOT = manifest({ express: "^4.16.0", "@a/b": "~1.0.0" });

/** A workspace whose shop has an Express of its own. */
const LOCKS: readonly (readonly [name: string, path: string, text: string])[] = [
  [
    "npm 5",
    "package-lock.json",
    '{"lockfileVersion":1,"dependencies":{"express":{"version":"4.16.4"},"@a/b":{"version":"1.0.7"}}}',
  ],
  [
    "npm 7",
    "package-lock.json",
    '{"lockfileVersion":3,"packages":{"":{},"node_modules/express":{"version":"4.16.4"},"node_modules/@a/b":{"version":"1.0.7"},"node_modules/@a/b/node_modules/express":{"version":"2.0.0"},"apps/shop/node_modules/express":{"version":"5.1.0"}}}',
  ],
  [
    "yarn 1",
    "yarn.lock",
    '# yarn lockfile v1\n\n\n"@a/b@~1.0.0":\n  version "1.0.7"\n  dependencies:\n    express "^2.0.0"\n\nexpress@^2.0.0:\n  version "2.0.0"\n\nexpress@^4.0.0, express@^4.16.0:\n  version "4.16.4"\n\nexpress@^5.0.0:\n  version "5.1.0"\n',
  ],
  [
    "yarn 4",
    "yarn.lock",
    '__metadata:\n  version: 8\n\n"@a/b@npm:~1.0.0":\n  version: 1.0.7\n\n"express@npm:^4.0.0, express@npm:^4.16.0":\n  version: 4.16.4\n  resolution: "express@npm:4.16.4"\n\n"express@npm:^5.0.0":\n  version: 5.1.0\n',
  ],
  [
    "pnpm 5",
    "pnpm-lock.yaml",
    "lockfileVersion: 5.4\n\nspecifiers:\n  express: ^4.16.0\n\ndependencies:\n  '@a/b': 1.0.7\n  express: 4.16.4_debug@4.0.0\n\npackages:\n\n  /express/2.0.0:\n    resolution: {integrity: sha512-x}\n    dependencies:\n      debug: 1.0.0\n",
  ],
  [
    "pnpm 9",
    "pnpm-lock.yaml",
    "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      '@a/b':\n        specifier: ~1.0.0\n        version: 1.0.7\n      express:\n        specifier: ^4.16.0\n        version: 4.16.4(supports-color@8.0.0)\n\n  apps/shop:\n    dependencies:\n      express:\n        specifier: ^5.0.0\n        version: 5.1.0\n\npackages:\n\n  express@2.0.0:\n    version: 2.0.0\n",
  ],
];

function packagesWith(path: string, text: string): Packages {
  return new Packages(
    memoryFiles(
      new Map([
        ["package.json", ROOT],
        ["apps/shop/package.json", manifest({ express: "^5.0.0" })],
        [path, text],
      ]),
    ),
  );
}

describe("lock files", () => {
  for (const [name, path, text] of LOCKS) {
    it(`of ${name} say which version is installed`, () => {
      const packages = packagesWith(path, text);
      assert.equal(packages.installed("express", "app.js"), "4.16.4");
      assert.equal(packages.installed("@a/b", "src/deep/app.js"), "1.0.7");
      const own = /npm 5|pnpm 5/.test(name) ? "4.16.4" : "5.1.0";
      assert.equal(packages.installed("express", "apps/shop/src/app.js"), own);
      assert.equal(packages.installed("lodash", "app.js"), undefined);
    });
  }

  it("of nonsense say nothing, and the range stands", () => {
    for (const text of [
      "",
      "{",
      "express@^4.16.0",
      ":\n:\n  :\n",
      "\u0000",
      "importers:\n  .:\n    dependencies:\n      express: link:../x\n",
      `${" ".repeat(50_000)}:`,
      `${"a".repeat(50_000)}:`.repeat(20),
    ])
      for (const path of ["package-lock.json", "yarn.lock", "pnpm-lock.yaml"]) {
        const packages = packagesWith(path, text);
        assert.equal(packages.installed("express", "app.js"), undefined, path);
        assert.equal(packages.expressFor("app.js"), 4);
      }
  });
});
