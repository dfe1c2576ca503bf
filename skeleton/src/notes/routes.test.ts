import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type RunningApp, startApp } from "../test-support/running-app.ts";
import { type Visitor, tokenOf } from "../test-support/visitor.ts";

let running: RunningApp;
let alice: Visitor;
let bob: Visitor;
before(async () => {
  running = await startApp();
  alice = await running.user("alice@example.com");
  bob = await running.user("bob@example.com");
});
after(() => running.close());

async function write(user: Visitor, title: string, body = ""): Promise<string> {
  const answer = await user.submit("/notes/new", "/notes", { title, body });
  assert.equal(answer.status, 303);
  return answer.location ?? "";
}

test("a note can be written, read, changed and deleted", async () => {
  const path = await write(alice, "<i>First</i>", "\nline one\nline two");
  const shown = await alice.get(path);
  assert.match(shown.text, /&lt;i&gt;First&lt;\/i&gt;/);
  assert.match(shown.text, /Note saved\./);
  const form = await alice.get(`${path}/edit`);
  assert.match(form.text, /<textarea[^>]*>\n\nline one\nline two<\/textarea>/);
  const changed = await alice.submit(`${path}/edit`, path, { title: "Second", body: "", version: "1" });
  assert.equal(changed.location, path);
  assert.match((await alice.get("/notes")).text, /Second/);
  const deleted = await alice.submit(`${path}/delete`, `${path}/delete`, {});
  assert.equal(deleted.location, "/notes");
  assert.equal((await alice.get(path)).status, 404);
});

test("another user's note is as missing as one that never was", async () => {
  const path = await write(alice, "hers alone");
  const token = tokenOf((await bob.get("/notes/new")).text);
  const missing = "/notes/00000000-0000-4000-8000-000000000000";
  for (const target of [path, missing]) {
    for (const suffix of ["", "/edit", "/delete"]) assert.equal((await bob.get(target + suffix)).status, 404);
    const fields = { _csrf: token, title: "taken over", body: "", version: "1" };
    assert.equal((await bob.post(target, new URLSearchParams(fields))).status, 404);
    assert.equal((await bob.post(`${target}/delete`, new URLSearchParams(fields))).status, 404);
  }
  assert.match((await alice.get(path)).text, /hers alone/);
});

test("an edit in two windows warns the second one and keeps what was written", async () => {
  const path = await write(alice, "two windows");
  await alice.submit(`${path}/edit`, path, { title: "first window", body: "", version: "1" });
  const second = await alice.submit(`${path}/edit`, path, {
    title: "second window",
    body: "kept",
    version: "1",
  });
  assert.equal(second.status, 409);
  assert.match(second.text, /changed in another window/);
  assert.match(second.text, /value="second window"/);
  const again = await alice.post(
    path,
    new URLSearchParams({ _csrf: tokenOf(second.text), title: "second window", body: "kept", version: "2" }),
  );
  assert.equal(again.status, 303);
});

const HOSTILE_PATHS: readonly string[] = [
  "/notes/1",
  "/notes/-1",
  "/notes/null",
  "/notes/__proto__",
  "/notes/constructor",
  "/notes/'%20or%20'1'='1",
  "/notes/%2e%2e%2fetc%2fpasswd",
  `/notes/${"a".repeat(3_000)}`,
  "/notes?page=0",
  "/notes?page=-1",
  "/notes?page=1e9",
  "/notes?page=abc",
  "/notes?page=1&page=2",
  "/notes?page[]=1",
  "/notes?page=99999999999999999999",
];

for (const path of HOSTILE_PATHS) {
  test(`${path.slice(0, 50)} is refused or has nothing to show`, async () => {
    const { status } = await alice.get(path);
    assert.ok(status === 200 ? path === "/notes?page[]=1" : status >= 400 && status < 500, String(status));
  });
}

const HOSTILE_BODIES: readonly [name: string, body: string, type: string][] = [
  ["a list of titles", "title[]=a&title[]=b&body=x", "application/x-www-form-urlencoded"],
  ["an object as title", "title[a]=b&body=x", "application/x-www-form-urlencoded"],
  ["a title sent twice", "title=a&title=b&body=x", "application/x-www-form-urlencoded"],
  ["no fields", "", "application/x-www-form-urlencoded"],
  ["a huge title", `title=${"x".repeat(50_000)}&body=x`, "application/x-www-form-urlencoded"],
  [
    "a body larger than the limit",
    `title=x&body=${"x".repeat(200_000)}`,
    "application/x-www-form-urlencoded",
  ],
  ["a prototype", "__proto__[title]=x&body=x", "application/x-www-form-urlencoded"],
  ["JSON with a list", '{"title":["x"],"body":"x"}', "application/json"],
  ["JSON with an object", '{"title":{"$ne":""},"body":"x"}', "application/json"],
  ["JSON with a number", '{"title":7,"body":"x"}', "application/json"],
  ["JSON with null", '{"title":null,"body":null}', "application/json"],
  ["JSON that is a list", "[1,2]", "application/json"],
  ["JSON with half an emoji", '{"title":"\\ud83d","body":""}', "application/json"],
  ["JSON with a prototype", '{"__proto__":{"title":"x"},"body":"x"}', "application/json"],
  ["broken JSON", "{bad", "application/json"],
  ["plain text", "title=x", "text/plain"],
  ["a type nobody knows", "title=x", "x/y"],
];

for (const [name, body, type] of HOSTILE_BODIES) {
  test(`${name} in place of a note is refused, stores nothing and breaks nothing`, async () => {
    const token = tokenOf((await alice.get("/notes/new")).text);
    const stored = await running.db.selectFrom("notes").select("id").execute();
    const { status } = await alice.post("/notes", body, { "content-type": type, "x-csrf-token": token });
    assert.ok(status >= 400 && status < 500, String(status));
    assert.deepEqual(await running.db.selectFrom("notes").select("id").execute(), stored);
  });
}

test("errors stand beside their field, in words assistive technology connects", async () => {
  const answer = await alice.submit("/notes/new", "/notes", { title: "", body: "kept <b>text</b>" });
  assert.equal(answer.status, 422);
  assert.match(answer.text, /<title>Error: New note/);
  assert.match(
    answer.text,
    /id="title"[^>]*aria-describedby="title-hint title-error"[^>]*aria-invalid="true"/,
  );
  assert.match(answer.text, /id="title-error"/);
  assert.match(answer.text, /kept &lt;b&gt;text&lt;\/b&gt;<\/textarea>/);
});
