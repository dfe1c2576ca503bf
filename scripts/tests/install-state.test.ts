import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { covers, readInstallState, stampOf, writeStamp } from "../lib/install-state.mjs";
import { runtimePath } from "../lib/paths.mjs";
import { temporaryFolder } from "./support.ts";

const lock = { packages: { "": {}, "node_modules/helmet": { version: "8.3.0" } } };

test("calls a fresh clone missing", (t) => {
  assert.equal(readInstallState(clone(t)), "missing");
});

test("calls a stamped installation complete", (t) => {
  assert.equal(readInstallState(installed(t)), "complete");
});

test("notices a changed lockfile", (t) => {
  const folder = installed(t);
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ packages: {}, lockfileVersion: 3 }));
  assert.equal(readInstallState(folder), "missing");
});

test("notices that the Node binary is not there", (t) => {
  const folder = installed(t);
  rmSync(runtimePath(folder));
  assert.equal(readInstallState(folder), "no-runtime");
});

test("does not use packages installed on another platform", (t) => {
  const folder = installed(t);
  hiddenLock(folder, lock);
  const elsewhere = stampOf(folder).replace(/^\S+/, "plan9-mips");
  writeFileSync(join(folder, "node_modules", ".hauberk-install"), elsewhere);
  assert.equal(readInstallState(folder), "missing");
});

test("honours an installation made by npm alone", (t) => {
  const folder = installed(t);
  rmSync(join(folder, "node_modules", ".hauberk-install"));
  assert.equal(readInstallState(folder), "missing");
  hiddenLock(folder, lock);
  assert.equal(readInstallState(folder), "complete");
});

test("does not take a broken record of npm for an installation", (t) => {
  const folder = installed(t);
  rmSync(join(folder, "node_modules", ".hauberk-install"));
  writeFileSync(join(folder, "node_modules", ".package-lock.json"), '{"packages": {');
  assert.equal(readInstallState(folder), "missing");
});

const rows: readonly (readonly [
  name: string,
  installed: Parameters<typeof covers>[1]["packages"],
  want: boolean,
])[] = [
  [
    "accepts the same versions",
    { "node_modules/a": { version: "1.0.0" }, "node_modules/b": { link: true } },
    true,
  ],
  [
    "accepts a package more",
    { "node_modules/a": { version: "1.0.0" }, "node_modules/b": { link: true }, "node_modules/z": {} },
    true,
  ],
  [
    "refuses another version",
    { "node_modules/a": { version: "1.0.1" }, "node_modules/b": { link: true } },
    false,
  ],
  ["refuses a missing package", { "node_modules/b": { link: true } }, false],
  [
    "refuses a workspace that is not linked",
    { "node_modules/a": { version: "1.0.0" }, "node_modules/b": { version: "0.1.0" } },
    false,
  ],
  ["refuses an empty record", {}, false],
];
for (const [name, packages, want] of rows) {
  test(name, () => {
    const locked = {
      "": {},
      "packages/b": { version: "0.1.0" },
      "node_modules/a": { version: "1.0.0" },
      "node_modules/b": { link: true },
      "node_modules/only-on-darwin": { version: "1.0.0", optional: true },
    };
    assert.equal(
      covers({ packages: locked }, { packages }, () => true),
      want,
    );
  });
}

test("refuses a list of packages that are not on the disk", () => {
  const packages = { "node_modules/a": { version: "1.0.0" } };
  assert.equal(
    covers({ packages }, { packages }, () => false),
    false,
  );
});

function clone(t: TestContext): string {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify(lock));
  return folder;
}

function installed(t: TestContext): string {
  const folder = clone(t);
  mkdirSync(dirname(runtimePath(folder)), { recursive: true });
  mkdirSync(join(folder, "node_modules", "helmet"));
  writeFileSync(runtimePath(folder), "");
  writeStamp(folder);
  return folder;
}

function hiddenLock(folder: string, content: object): void {
  writeFileSync(join(folder, "node_modules", ".package-lock.json"), JSON.stringify(content));
}
