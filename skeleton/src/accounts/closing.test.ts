import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { PASSWORD, type RunningApp, startApp } from "../test-support/running-app.ts";
import { PNG, sendNote } from "../test-support/upload.ts";

let running: RunningApp;
before(async () => {
  running = await startApp(undefined, { guesses: { perAccount: 3 } });
});
after(() => running.close());

async function rows(): Promise<readonly number[]> {
  const counts: number[] = [];
  for (const table of ["users", "notes", "attachments"] as const)
    counts.push((await running.db.selectFrom(table).selectAll().execute()).length);
  return counts;
}

test("an account goes with its notes, files and sessions, and nobody else's", async () => {
  const stays = await running.user("stays@example.com");
  await sendNote(stays, "/notes", { title: "stays", body: "" }, [{ name: "a.png", bytes: PNG }]);
  const [others, files] = [await rows(), readdirSync(running.uploads)];
  const goes = await running.user("goes@example.com");
  const elsewhere = running.visitor();
  await elsewhere.submit("/login", "/login", { email: "goes@example.com", password: PASSWORD });
  await sendNote(goes, "/notes", { title: "goes", body: "" }, [{ name: "b.png", bytes: PNG }]);
  assert.equal(readdirSync(running.uploads).length, files.length + 1);

  const answer = await goes.submit("/account/delete", "/account/delete", { password: PASSWORD });
  assert.equal(answer.location, "/?notice=account-deleted");
  assert.match((await goes.get("/?notice=account-deleted")).text, /Your account .* is deleted/);
  assert.deepEqual([await rows(), readdirSync(running.uploads)], [others, files]);
  assert.equal((await elsewhere.get("/notes")).status, 303, "logged out everywhere");
  assert.equal((await stays.get("/notes")).status, 200);
  const back = await goes.submit("/login", "/login", { email: "goes@example.com", password: PASSWORD });
  assert.equal(back.status, 422);
});

for (const [name, password, status] of [
  ["without the password", "", 422],
  ["with a wrong password", "a wrong guess indeed", 422],
] as const) {
  test(`an account is not deleted ${name}`, async () => {
    const user = await running.user(`kept-${status}-${password.length}@example.com`);
    const earlier = await rows();
    const answer = await user.submit("/account/delete", "/account/delete", { password });
    assert.equal(answer.status, status);
    assert.match(answer.text, /role="alert"/);
    assert.deepEqual(await rows(), earlier);
    assert.equal((await user.get("/notes")).status, 200);
  });
}

test("the password for it cannot be guessed without end", async () => {
  const user = await running.user("guessed@example.com");
  const statuses: number[] = [];
  for (let n = 0; n < 5; n += 1)
    statuses.push(
      (await user.submit("/account/delete", "/account/delete", { password: `wrong number ${n}` })).status,
    );
  assert.deepEqual(statuses, [422, 422, 422, 429, 429]);
  assert.equal((await user.submit("/account/delete", "/account/delete", { password: PASSWORD })).status, 429);
});

test("the token of another form does not delete an account", async () => {
  const user = await running.user("token@example.com");
  await sendNote(user, "/notes", { title: "mine", body: "" }, []);
  const list = await user.get("/notes");
  const note = /href="(\/notes\/[0-9a-f-]{36})"/.exec(list.text)?.[1] ?? "";
  const { text } = await user.get(`${note}/delete`);
  const token = [...text.matchAll(/name="_csrf" value="([^"]+)"/g)].at(-1)?.[1] ?? "";
  const send = (path: string, fields: Readonly<Record<string, string>>) =>
    user.post(path, new URLSearchParams({ _csrf: token, ...fields }));
  assert.equal((await send("/account/delete", { password: PASSWORD })).status, 403);
  assert.equal((await user.get("/notes")).status, 200);
  assert.equal((await send(`${note}/delete`, {})).location, "/notes", "its own form takes it");
});
