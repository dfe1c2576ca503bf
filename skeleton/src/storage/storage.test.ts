import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { readConfig } from "../config/config.ts";
import { createLogger } from "../logging/logger.ts";
import { openStorage } from "./storage.ts";

const SECRET = "q5Zr0m2Xc8vYH1tKfLw7BnJ3dPsEuGiA9oRyTxMzQk4";
const NOBODY = 65_534;
const AS_ROOT = { skip: process.getuid?.() === 0 ? false : "needs root" };

let parent = "";
let data = "";
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "skeleton-storage-"));
  data = join(parent, "data");
});
afterEach(() => {
  rmSync(parent, { recursive: true, force: true });
});

async function openAndClose(environment: Readonly<Record<string, string>>): Promise<void> {
  const config = readConfig("", { APP_SECRETS: SECRET, DATA_DIR: data, ...environment });
  const { sessionStore, close } = await openStorage(config, createLogger("silent"));
  await sessionStore.close?.();
  await close();
}

test("keeps the folder and its files for the owner alone", async () => {
  await openAndClose({});
  assert.equal(statSync(data).mode & 0o777, 0o700);
  for (const name of ["app.sqlite", "sessions.sqlite", "limits.sqlite"])
    assert.equal(statSync(join(data, name)).mode & 0o777, 0o600);
  assert.equal(statSync(join(data, "uploads")).mode & 0o777, 0o700);
});

test("gives a folder it creates to the user the server becomes", AS_ROOT, async () => {
  chmodSync(parent, 0o755);
  await openAndClose({ RUN_AS_USER: "nobody" });
  await openAndClose({ RUN_AS_USER: "nobody" });
  assert.equal(statSync(data).uid, NOBODY);
  assert.equal(statSync(join(data, "app.sqlite")).uid, NOBODY);
});

test("refuses a folder that only root can enter: no upload could be opened later", AS_ROOT, async () => {
  await assert.rejects(openAndClose({ RUN_AS_USER: "nobody" }), /DATA_UNUSABLE.*EACCES/s);
});

test("does not touch root's files through a link the user planted", AS_ROOT, async () => {
  chmodSync(parent, 0o755);
  const secret = join(parent, "secret");
  writeFileSync(secret, "root's own", { mode: 0o600 });
  mkdirSync(data);
  chownSync(data, NOBODY, NOBODY);
  symlinkSync(secret, join(data, "app.sqlite"));
  await assert.rejects(openAndClose({ RUN_AS_USER: "nobody" }), /DATA_UNUSABLE/);
  assert.equal(statSync(secret).uid, 0);
  assert.equal(readFileSync(secret, "utf8"), "root's own");
});

test("refuses a user that does not exist, and is root again afterwards", AS_ROOT, async () => {
  await assert.rejects(openAndClose({ RUN_AS_USER: "no-such-user-here" }), /DATA_UNUSABLE/);
  assert.equal(process.geteuid?.(), 0);
});
