// What somebody tries who has an account and a script. Each test shows the request; grouped by attack.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { PASSWORD, type RunningApp, startApp } from "./test-support/running-app.ts";
import { PNG, sendNote } from "./test-support/upload.ts";
import type { Visitor } from "./test-support/visitor.ts";

let running: RunningApp;
/** Owns what mallory wants. */
let alice: Visitor;
let mallory: Visitor;
let hers: string;
let herFile: string;
before(async () => {
  running = await startApp();
  alice = await running.user("alice@example.com");
  mallory = await running.user("mallory@example.com");
  hers =
    (await sendNote(alice, "/notes", { title: "hers", body: "secret" }, [{ name: "a.png", bytes: PNG }]))
      .location ?? "";
  herFile = /href="([^"]+\/files\/[0-9a-f]{32})"/.exec((await alice.get(hers)).text)?.[1] ?? "";
});
after(() => running.close());

const SAME_ORIGIN = { "sec-fetch-site": "same-origin" };
const post = (who: Visitor, path: string, fields: Readonly<Record<string, string>>) =>
  who.post(path, new URLSearchParams(fields), SAME_ORIGIN);

function cookieOf(who: Visitor): string {
  return [...who.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
}

async function stored(): Promise<string> {
  const tables = ["users", "notes", "attachments"] as const;
  const rows = await Promise.all(tables.map((table) => running.db.selectFrom(table).selectAll().execute()));
  return JSON.stringify(rows);
}

// --- what belongs to somebody else

const NOTE = { title: "taken", body: "", version: "1" };
const THEFTS: readonly [name: string, path: () => string, fields?: Readonly<Record<string, string>>][] = [
  ["her note", () => hers],
  ["her note under another case", () => hers.toUpperCase().replace("/NOTES", "/notes")],
  ["her note with a slash behind it", () => `${hers}/`],
  ["her note with a format", () => `${hers}.json`],
  ["the form to edit it", () => `${hers}/edit`],
  ["the form to delete it", () => `${hers}/delete`],
  ["her file", () => herFile],
  ["her picture", () => `${herFile}/image`],
  ["the form to delete her file", () => `${herFile}/delete`],
  ["a change of her note", () => hers, NOTE],
  ["a change of her note that names her", () => hers, { ...NOTE, owner_id: "x", ownerId: "x", userId: "x" }],
  ["the end of her note", () => `${hers}/delete`, {}],
  ["the end of her file", () => `${herFile}/delete`, {}],
];

for (const [name, path, fields] of THEFTS) {
  test(`mallory does not get ${name}`, async () => {
    const earlier = await stored();
    const answer = await (fields === undefined ? mallory.get(path()) : post(mallory, path(), fields));
    assert.equal(answer.status, 404);
    assert.doesNotMatch(answer.text, /hers|secret/);
    assert.equal(await stored(), earlier);
    // And nobody at all gets as far as that.
    const visitor = running.visitor();
    const asked = await (fields === undefined ? visitor.get(path()) : post(visitor, path(), fields));
    assert.match(`${asked.status} ${asked.location ?? ""}`, /^(?:303 \/login|404|400)/);
  });
}

test("mallory does not end alice's session by its handle", async () => {
  const [, handle = ""] = /name="handle" value="([^"]+)"/.exec(await otherDevice("alice@example.com")) ?? [];
  assert.notEqual(handle, "");
  assert.equal((await post(mallory, "/account/sessions/end", { handle })).status, 303);
  assert.match((await alice.get("/account")).text, new RegExp(`value="${handle}"`), "it is still there");
});

/** The account page of somebody who is logged in somewhere else as well. */
async function otherDevice(email: string): Promise<string> {
  await running.visitor().submit("/login", "/login", { email, password: PASSWORD });
  return (await alice.get("/account")).text;
}

// --- fields that were never asked for

test("no form takes a field it did not show: role, owner, id, dates, prototypes", async () => {
  const extra = { role: "admin", session_epoch: "99", sessionEpoch: "99", id: "1", created_at_ms: "0" };
  const fields = { email: "eve@example.com", password: PASSWORD, ...extra };
  assert.equal((await post(running.visitor(), "/signup", fields)).status, 303);
  const eve = await running.db
    .selectFrom("users")
    .selectAll()
    .where("email", "=", "eve@example.com")
    .executeTakeFirstOrThrow();
  assert.deepEqual(
    [eve.role, eve.session_epoch, eve.id === "1", eve.created_at_ms > 0],
    ["user", 0, false, true],
  );
  const created = await post(mallory, "/notes", {
    title: "own",
    body: "",
    ...extra,
    owner_id: eve.id,
    version: "7",
  });
  assert.equal(created.status, 303);
  const note = await running.db
    .selectFrom("notes")
    .selectAll()
    .where("title", "=", "own")
    .executeTakeFirstOrThrow();
  assert.deepEqual([note.owner_id === eve.id, note.version, note.created_at_ms > 0], [false, 1, true]);
});

const POLLUTIONS: readonly [body: string, type: string][] = [
  ["__proto__=x&title=t&body=", "application/x-www-form-urlencoded"],
  ["constructor.prototype.role=admin&title=t&body=", "application/x-www-form-urlencoded"],
  ["title[__proto__]=x&body=", "application/x-www-form-urlencoded"],
  ['{"title":"t","body":"","__proto__":{"role":"admin"}}', "application/json"],
  ['{"title":"t","body":"","constructor":{"prototype":{"role":"admin"}}}', "application/json"],
  ['{"title":{"toString":"x"},"body":""}', "application/json"],
];
for (const [body, type] of POLLUTIONS) {
  test(`nothing is stored of ${body}`, async () => {
    const earlier = await stored();
    const { status } = await mallory.post("/notes", body, { ...SAME_ORIGIN, "content-type": type });
    assert.ok(status >= 400 && status < 500, String(status));
    assert.equal(await stored(), earlier);
    assert.equal(Reflect.get({}, "role"), undefined);
  });
}

// --- markup in everything that is shown again

const MARKUP = `"'><img src=x onerror=alert(1)></title></textarea><script>alert(1)</script>{{7331*7}}#{7331*7}\${7331*7}`;

test("markup in titles, texts, file names, addresses and headers is text wherever it is shown", async () => {
  const user = await running.user("markup@example.com");
  const answer = await sendNote(user, "/notes", { title: MARKUP.slice(0, 120), body: MARKUP }, [
    { name: MARKUP, bytes: PNG },
  ]);
  assert.equal(answer.status, 303, answer.text);
  const note = answer.location ?? "";
  const file = /href="([^"]+\/files\/[0-9a-f]{32})"/.exec((await user.get(note)).text)?.[1] ?? "";
  const visitor = running.visitor();
  const pages = [
    ...(await Promise.all(
      [note, `${note}/edit`, `${note}/delete`, "/notes", `${file}/delete`].map((path) => user.get(path)),
    )),
    await post(user, note, { title: MARKUP.repeat(3), body: MARKUP, version: MARKUP }),
    await post(visitor, "/login", { email: MARKUP, password: MARKUP, returnTo: MARKUP }),
    await post(visitor, "/signup", { email: MARKUP, password: MARKUP }),
    await visitor.get(`/login?returnTo=${encodeURIComponent(MARKUP)}&notice=${encodeURIComponent(MARKUP)}`),
    await visitor.get(`/${encodeURIComponent(MARKUP).replaceAll("%2F", "/")}`),
  ];
  for (const { text, headers } of pages) {
    assert.match(headers.get("content-type") ?? "", /^text\/html/);
    assert.doesNotMatch(text, /<img src=x|<script>|onerror=alert\(1\)>|51317/);
  }
});

test("a browser's name is shown in words of ours alone", async () => {
  const visitor = running.visitor();
  const login = { email: "alice@example.com", password: PASSWORD };
  await visitor.post("/login", new URLSearchParams(login), {
    ...SAME_ORIGIN,
    "user-agent": "<script>alert(1)</script> Firefox/1",
  });
  assert.doesNotMatch((await alice.get("/account")).text, /<script|alert\(1\)/);
});

// --- sessions

test("a user who ends the very session he uses is logged out, and stays it", async () => {
  const user = await running.user("ends@example.com");
  const cookies = new Map(user.cookies);
  const session = await running.sessionStore.listByUser?.(
    (
      await running.db
        .selectFrom("users")
        .select("id")
        .where("email", "=", "ends@example.com")
        .executeTakeFirstOrThrow()
    ).id,
  );
  const handle = session?.[0]?.record.handle ?? "";
  assert.notEqual(handle, "");
  assert.equal((await post(user, "/account/sessions/end", { handle })).status, 303);
  for (const [name, value] of cookies) user.cookies.set(name, value);
  assert.match((await user.get("/notes")).location ?? "", /^\/login/);
});

function part(name: string, value: string): string {
  return `--xyz\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
}

/** Sends half of a form as somebody who has the user's cookie, lets something happen, and sends the rest. */
async function answerToSlowForm(user: Visitor, note: string, meanwhile: () => Promise<unknown>) {
  const file = `--xyz\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n`;
  const body = new ReadableStream({
    async start(controller) {
      const fields = part("title", "by the thief") + part("body", "") + part("version", "1") + file;
      controller.enqueue(Buffer.concat([Buffer.from(fields), PNG]));
      await sleep(20);
      await meanwhile();
      controller.enqueue(Buffer.from("\r\n--xyz--\r\n"));
      controller.close();
    },
  });
  const cookie = cookieOf(user);
  const headers = { ...SAME_ORIGIN, cookie, "content-type": "multipart/form-data; boundary=xyz" };
  const init = { method: "POST", body, duplex: "half", redirect: "manual", headers };
  return fetch(running.origin + note, init as RequestInit);
}

/** What is stored, but for what a change of the password changes. */
function withoutPassword(rows: string): string {
  return rows.replaceAll(/"(?:password_hash|session_epoch)":("[^"]*"|\d+)/g, "");
}

const ENDINGS: readonly [name: string, end: (user: Visitor, elsewhere: Visitor) => Promise<unknown>][] = [
  [
    "when the password was changed",
    (user) =>
      post(user, "/account/password", {
        currentPassword: PASSWORD,
        newPassword: "seven lanterns under water",
      }),
  ],
  [
    "when its browser was logged out from another one",
    (_, elsewhere) => post(elsewhere, "/account/sessions/end-others", {}),
  ],
  ["when its user logged out", (user) => post(user, "/logout", {})],
];

for (const [at, [name, end]] of ENDINGS.entries()) {
  test(`a form that was on its way ${name} changes nothing any more, and leaves no file`, async () => {
    const email = `slow-${at}@example.com`;
    const user = await running.user(email);
    const elsewhere = running.visitor();
    await elsewhere.submit("/login", "/login", { email, password: PASSWORD });
    const note = (await sendNote(user, "/notes", { title: "before", body: "" }, [])).location ?? "";
    const earlier = await stored();
    const files = readdirSync(running.uploads).length;
    const answer = await answerToSlowForm(user, note, () => end(user, elsewhere));
    assert.ok(
      answer.status === 409 || answer.headers.get("location")?.startsWith("/login"),
      String(answer.status),
    );
    assert.equal(withoutPassword(await stored()), withoutPassword(earlier));
    assert.equal(readdirSync(running.uploads).length, files);
  });
}

// --- numbers, ids and spellings

const ODD: readonly string[] = [
  "/notes?page=01",
  "/notes?page=1.0",
  "/notes?page=0x1",
  "/notes?page=%31%00",
  "/notes?page=NaN",
  "/notes?page=Infinity",
  "/notes?page=9007199254740993",
  "/notes?page=%EF%BC%91",
  "/notes?__proto__=1",
  "/notes?constructor=1",
  "/notes/00000000-0000-0000-0000-000000000000",
  "/notes/%7B00000000-0000-4000-8000-000000000000%7D",
  "/notes/hasOwnProperty/files/__proto__",
  "/notes/new/edit",
  "/notes//edit",
  "/notes/;x=y",
  "/account/../notes",
  "/account/.%00",
  "/style.css/../account",
];
for (const path of ODD) {
  test(`GET ${path} shows nothing and breaks nothing`, async () => {
    const answer = await rawGet(path);
    assert.ok(answer >= 400 && answer < 500, String(answer));
  });
}

/** fetch() would resolve the dots. */
function rawGet(path: string): Promise<number> {
  const { hostname, port } = new URL(running.origin);
  const cookie = cookieOf(mallory);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, headers: { cookie, accept: "text/html" } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on("error", reject)
      .end();
  });
}

for (const version of ["0", "-1", "1e1", "2147483648", "9999999999", "1.5", "__proto__", "null"]) {
  test(`a note is not saved as version ${version}`, async () => {
    const note = (await sendNote(mallory, "/notes", { title: "versions", body: "" }, [])).location ?? "";
    const { status } = await post(mallory, note, { title: "changed", body: "", version });
    assert.ok(status === 422 || status === 409, String(status));
    assert.match((await mallory.get(note)).text, /<h1[^>]*>versions</);
  });
}

// --- files as they are served

for (const range of ["bytes=0-0", "bytes=0-,0-,0-,0-", "bytes=-1", "bytes=9-1", "x"]) {
  test(`a file asked for by "Range: ${range}" comes whole, as it was kept`, async () => {
    const cookie = cookieOf(alice);
    const answer = await fetch(running.origin + herFile, { headers: { cookie, range } });
    assert.deepEqual([answer.status, answer.headers.get("content-range")], [200, null]);
    assert.equal((await answer.arrayBuffer()).byteLength, PNG.length);
  });
}

// --- two at once

test("a note deleted twice at the same moment is deleted once", async () => {
  const note = (await sendNote(mallory, "/notes", { title: "twice", body: "" }, [])).location ?? "";
  const answers = await Promise.all([1, 2, 3].map(() => post(mallory, `${note}/delete`, {})));
  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((a, b) => a - b),
    [303, 404, 404],
  );
});

test("of three saves of one version at the same moment one is kept", async () => {
  const note = (await sendNote(mallory, "/notes", { title: "saved", body: "" }, [])).location ?? "";
  const answers = await Promise.all(
    ["a", "b", "c"].map((title) => post(mallory, note, { title, body: "", version: "1" })),
  );
  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((a, b) => a - b),
    [303, 409, 409],
  );
});

test("a note deleted while a file for it arrives leaves neither", async () => {
  const note = (await sendNote(mallory, "/notes", { title: "gone", body: "" }, [])).location ?? "";
  const files = readdirSync(running.uploads).length;
  const answer = await answerToSlowForm(mallory, note, () => post(mallory, `${note}/delete`, {}));
  assert.equal(answer.status, 404);
  assert.equal(readdirSync(running.uploads).length, files);
});

// --- cookies that a sibling host or an old proxy may have put there

const PLANTED = `__Host-sid=${"a".repeat(43)}`;

const COOKIES: readonly [name: string, line: (own: string) => string][] = [
  ["a planted session in front of her own", (own) => `${PLANTED}; ${own}`],
  ["a planted session behind her own", (own) => `${own}; ${PLANTED}`],
  ["her own without the prefix", (own) => own.replaceAll("__Host-", "")],
  ["her own in another case", (own) => own.replace("__Host-sid", "__HOST-SID")],
  ["her own in quotes", (own) => own.replaceAll(/=([^;]+)/g, '="$1"')],
  ["her own, separated by commas", (own) => own.replaceAll("; ", ",")],
];
for (const [name, line] of COOKIES) {
  test(`nobody is alice by ${name}`, async () => {
    const headers = { cookie: line(cookieOf(alice)) };
    const answer = await fetch(`${running.origin}/notes`, { headers, redirect: "manual" });
    assert.match(answer.headers.get("location") ?? "", /^\/login/);
  });
}
