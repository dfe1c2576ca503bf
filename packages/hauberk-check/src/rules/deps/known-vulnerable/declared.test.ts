import assert from "node:assert/strict";
import { test } from "node:test";
import { check } from "../../../check.ts";
import { memoryFiles } from "../../../files/project-files.ts";

const APP = 'require("express")().listen(3000);';

async function read(manifest: object, locked?: Readonly<Record<string, string>>) {
  const packages: Record<string, object> = {};
  for (const [name, version] of Object.entries(locked ?? {})) packages[`node_modules/${name}`] = { version };
  const lock = JSON.stringify({ lockfileVersion: 3, packages });
  const files = memoryFiles(
    new Map([
      ["package.json", JSON.stringify({ name: "fixture", ...manifest })],
      ["app.js", APP],
      ...(locked === undefined ? [] : [["package-lock.json", lock] as const]),
    ]),
  );
  const { findings, notChecked } = await check({ files, only: ["deps/known-vulnerable"] });
  return {
    found: findings.map((one) => one.message),
    notChecked: notChecked.map((one) => one.reason),
    findings,
  };
}

const SURE: readonly (readonly [range: object, message: RegExp])[] = [
  [{ lodash: "4.17.4" }, /^lodash 4\.17\.4: prototype pollution by defaultsDeep\(\) \(CVE-2019-10744; also /],
  [{ mongoose: "^5.13.2" }, /^mongoose \^5\.13\.2: \$nor/],
  [{ marked: "0.3.x" }, /^marked 0\.3\.x: /],
  [{ "socket.io-parser": "~3.3" }, /^$/],
  [{ request: "^2.88.0" }, /^request \^2\.88\.0: /],
  [{ request: "latest" }, /^request latest: /],
  [{ "node-serialize": "*" }, /^node-serialize \*: /],
  [{ jsonwebtoken: "^7.0.0 || ^8.0.0" }, /^jsonwebtoken /],
  [{ "@xmldom/xmldom": "0.7.5" }, /^@xmldom\/xmldom 0\.7\.5: /],
];

for (const [dependencies, message] of SURE)
  test(`${JSON.stringify(dependencies)} is one finding or none`, async () => {
    const { found } = await read({ dependencies });
    assert.match(found.join("\n"), message);
    assert.ok(found.length <= 1);
  });

const SILENT: readonly (readonly [
  title: string,
  manifest: object,
  locked?: Readonly<Record<string, string>>,
])[] = [
  ["a fixed version", { dependencies: { lodash: "4.18.0", "node-fetch": "2.7.0", minimist: "0.2.4" } }],
  ["a range whose lowest version is fixed", { dependencies: { ejs: "^3.1.10", axios: "^1.18.0" } }],
  ["a tool of development", { devDependencies: { lodash: "4.17.4", ejs: "2.0.0" } }],
  ["another package under the name", { dependencies: { lodash: "npm:lodash-es@4.18.0" } }],
  ["an override", { overrides: { lodash: "4.17.4" }, resolutions: { ejs: "2.0.0" } }],
  ["a lock file that says fixed", { dependencies: { minimist: "^1.2.0" } }, { minimist: "1.2.8" }],
  [
    "what only a dependency brings",
    { dependencies: { express: "5.3.0" } },
    { express: "5.3.0", lodash: "4.17.4" },
  ],
  [
    "a version that is newer than the last with a hole",
    { dependencies: { dicer: "0.3.2", libxmljs2: "0.37.0" } },
  ],
  [
    "packages that are called like parts of others",
    { dependencies: { "ejs-lint": "1.0.0", marke: "0.1.0" } },
  ],
];

for (const [title, manifest, locked] of SILENT)
  test(`says nothing about ${title}`, async () => {
    const { found, notChecked } = await read(manifest, locked);
    assert.deepEqual([found, notChecked], [[], []]);
  });

test("what no lock file settles is one line for a manifest", async () => {
  const dependencies = {
    dicer: "^0.3.0",
    minimist: "^1.2.0",
    ejs: ">=2",
    lodash: "github:one/lodash",
    axios: "^1.18.0",
  };
  const { found, notChecked } = await read({ dependencies });
  assert.deepEqual(found, []);
  assert.deepEqual(notChecked, [
    "dicer ^0.3.0, minimist ^1.2.0, ejs >=2, lodash github:one/lodash in package.json: no lock file or node_modules says which version is installed",
  ]);
});

test("a package with several holes is one finding, with the worst of them first and all of them by name", async () => {
  const { findings } = await read({ dependencies: { mysql2: "^3.0.0" } }, { mysql2: "3.9.3" });
  assert.deepEqual(
    findings.map((one) => [one.severity, one.message, one.fix]),
    [
      [
        "critical",
        "mysql2 3.9.3: code execution through query options (CVE-2024-21508; also CVE-2024-21511, CVE-2024-21512, GHSA-3f6p-5ww8-9rcr, CVE-2024-21509).",
        "Update mysql2 to 3.22.0 or newer.",
      ],
    ],
  );
});

const CLOSED: readonly (readonly [name: string, version: string, fix: string])[] = [
  ["mongoose", "5.13.20", "Update mongoose to 6.13.10 or newer."],
  ["mongoose", "7.3.0", "Update mongoose to 7.8.10 or newer."],
  ["node-fetch", "2.6.0", "Update node-fetch to 2.6.7 or newer."],
  ["path-to-regexp", "0.1.7", "Update path-to-regexp to 0.1.12 or newer."],
  ["path-to-regexp", "7.1.0", "Update path-to-regexp to 8.4.0 or newer."],
  ["express-brute", "1.0.1", "Remove express-brute; there is no fixed version."],
  ["libxmljs2", "0.35.0", "Remove libxmljs2; there is no fixed version."],
];

for (const [name, version, fix] of CLOSED)
  test(`says of ${name} ${version}: ${fix}`, async () => {
    const { findings } = await read({ dependencies: { [name]: version } });
    assert.deepEqual(
      findings.map((one) => one.fix),
      [fix],
    );
  });
