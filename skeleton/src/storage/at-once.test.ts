import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";

const PROCESSES = 2;
const ROUNDS = 10;

const folder = mkdtempSync(join(tmpdir(), "skeleton-at-once-"));
let children: readonly ChildProcess[] = [];
before(async () => {
  const program = join(import.meta.dirname, "../test-support/opens-storage.ts");
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
  const execArgv = ["--conditions=source", "--disable-warning=ExperimentalWarning"];
  children = Array.from({ length: PROCESSES }, () => fork(program, { env, execArgv }));
  await Promise.all(children.map((child) => once(child, "message")));
});
after(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** Tells every process to open the storage in one folder, and says what each answered. */
async function openInAll(directory: string): Promise<readonly unknown[]> {
  const answers = children.map(async (child) => (await once(child, "message"))[0] as unknown);
  for (const child of children) child.send(directory);
  return Promise.all(answers);
}

test("processes that start at once in an empty folder all open it, and its schema is made once", async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const directory = join(folder, String(round));
    // oxlint-disable-next-line no-await-in-loop -- one folder after the other
    assert.deepEqual(await openInAll(directory), Array(PROCESSES).fill("opened"), `round ${round}`);
    const database = new DatabaseSync(join(directory, "app.sqlite"));
    const applied = database.prepare("SELECT name FROM kysely_migration ORDER BY name").all();
    database.close();
    assert.equal(applied.length, 3, `round ${round}`);
  }
});
