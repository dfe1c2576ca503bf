import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { HttpError } from "hauberk/errors";
import type { Kysely } from "kysely";
import { migrate } from "./migrations.ts";
import { openDatabase } from "./open.ts";
import { MAX_WAITING, ownerTransaction } from "./owner-transaction.ts";
import type { Schema } from "./schema.ts";

async function withUsers(context: TestContext): Promise<Kysely<Schema>> {
  const db = openDatabase(":memory:");
  context.after(() => db.destroy());
  await migrate(db);
  const common = { password_hash: "x", session_epoch: 0, created_at_ms: 1 };
  for (const id of ["a", "b"])
    await db
      .insertInto("users")
      .values({ ...common, id, email: `${id}@example.com` })
      .execute();
  return db;
}

test("runs what one account writes one after the other, also when one of them fails", async (context) => {
  const db = await withUsers(context);
  const done: number[] = [];
  let running = 0;
  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, (_, at) =>
      ownerTransaction(db, "a", () => {
        running += 1;
        assert.equal(running, 1);
        running -= 1;
        done.push(at);
        return at === 3 ? Promise.reject(new Error("broken")) : Promise.resolve(at);
      }),
    ),
  );
  assert.deepEqual(done, [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(
    outcomes.map(({ status }) => status === "fulfilled"),
    done.map((at) => at !== 3),
  );
});

test("lets so many writes of an account wait, and none of another's wait for them", async (context) => {
  const db = await withUsers(context);
  const write = (id: string) => ownerTransaction(db, id, () => Promise.resolve("written"));
  const outcomes = await Promise.allSettled(Array.from({ length: 2 * MAX_WAITING }, () => write("a")));
  const refused = outcomes.flatMap((outcome) =>
    outcome.status === "rejected" ? [outcome.reason as unknown] : [],
  );
  assert.equal(refused.length, MAX_WAITING);
  for (const error of refused)
    assert.deepEqual(error instanceof HttpError && [error.status, error.headers["Retry-After"]], [503, "5"]);
  assert.deepEqual(await Promise.all([write("b"), write("a")]), ["written", "written"]);
});

test("refuses what is written for an account that is gone", async (context) => {
  const db = await withUsers(context);
  await assert.rejects(
    ownerTransaction(db, "nobody", () => Promise.resolve()),
    { status: 404, code: "NOT_FOUND" },
  );
});
