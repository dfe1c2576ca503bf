import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { PASSWORD, type RunningApp, startApp } from "../test-support/running-app.ts";
import { FILE_PART, headOfUpload, PDF, PNG, pngOf, sendNote, type Upload } from "../test-support/upload.ts";
import { type Visitor, tokenOf } from "../test-support/visitor.ts";
import { MAX_FILE_BYTES, MAX_UPLOADS_AT_ONCE, QUOTA_BYTES } from "./limits.ts";
import { PATIENCE } from "../../../test/support/patience.ts";

let running: RunningApp;
let alice: Visitor;
let bob: Visitor;
before(async () => {
  running = await startApp();
  alice = await running.user("alice@example.com");
  bob = await running.user("bob@example.com");
});
after(() => running.close());

const onDisk = (): readonly string[] => readdirSync(running.uploads);
const noted = (): Promise<readonly { id: string }[]> =>
  running.db.selectFrom("attachments").select("id").execute();

async function write(user: Visitor, files: readonly Upload[], title = "With a file"): Promise<string> {
  const answer = await sendNote(user, "/notes", { title, body: "" }, files);
  assert.equal(answer.status, 303, answer.text);
  return answer.location ?? "";
}

async function fileOf(user: Visitor, note: string): Promise<string> {
  return /href="(\/notes\/[^"]+\/files\/[0-9a-f]{32})"/.exec((await user.get(note)).text)?.[1] ?? "";
}

test("a note keeps pictures and documents, lists them, gives them back and deletes them", async () => {
  const note = await write(alice, [
    { name: "cat <b>.png", bytes: PNG },
    { name: "letter.pdf", bytes: PDF, type: "application/pdf" },
  ]);
  const page = await alice.get(note);
  assert.match(page.text, /cat b\.png/);
  assert.match(page.text, /PNG, 70 bytes/);
  assert.match(page.text, /PDF, \d+ bytes/);
  assert.equal(page.text.match(/<img /g)?.length, 1, "a document is no picture");
  const file = await fileOf(alice, note);
  const answer = await alice.get(file);
  assert.equal(answer.headers.get("content-type"), "image/png");
  assert.match(answer.headers.get("content-disposition") ?? "", /^attachment; filename="cat b\.png"/);
  assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
  assert.equal(answer.headers.get("content-security-policy"), "default-src 'none'; sandbox");
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.match((await alice.get(`${file}/image`)).headers.get("content-disposition") ?? "", /^inline/);
  const id = file.split("/").at(-1) ?? "";
  assert.equal(statSync(join(running.uploads, id)).mode & 0o777, 0o600);
  const deleted = await alice.submit(`${file}/delete`, `${file}/delete`, {});
  assert.equal(deleted.location, note);
  assert.equal((await alice.get(file)).status, 404);
  assert.ok(!onDisk().includes(id));
  assert.match((await alice.get(note)).text, /File deleted\./);
});

test("a PDF is a download, also where a picture would be shown", async () => {
  const note = await write(alice, [{ name: "letter.pdf", bytes: PDF }]);
  const answer = await alice.get(`${await fileOf(alice, note)}/image`);
  assert.match(answer.headers.get("content-disposition") ?? "", /^attachment/);
});

test("another user's file is as missing as one that never was", async () => {
  const note = await write(alice, [{ name: "hers.png", bytes: PNG }]);
  const file = await fileOf(alice, note);
  const bobsNote = await write(bob, []);
  const [, , , , id = ""] = file.split("/");
  const token = tokenOf((await bob.get("/notes/new")).text);
  for (const place of [file, `${bobsNote}/files/${id}`, `${bobsNote}/files/${"0".repeat(32)}`]) {
    for (const suffix of ["", "/image", "/delete"])
      assert.equal((await bob.get(place + suffix)).status, 404, place + suffix);
    assert.equal((await bob.post(`${place}/delete`, new URLSearchParams({ _csrf: token }))).status, 404);
  }
  const earlier = onDisk().length;
  const onto = await sendNote(bob, note, { title: "taken", body: "", version: "1" }, [
    { name: "his.png", bytes: PNG },
  ]);
  assert.equal(onto.status, 404);
  assert.equal(onDisk().length, earlier, "his file was not stored");
  assert.equal((await alice.get(file)).status, 200);
});

test("a visitor's file is not stored", async () => {
  const earlier = onDisk().length;
  const form = new FormData();
  form.append("title", "x");
  form.append("files", new File([PNG], "a.png"), "a.png");
  const answer = await running.visitor().post("/notes", form, { "sec-fetch-site": "same-origin" });
  assert.match(answer.location ?? "", /^\/login/);
  assert.equal(onDisk().length, earlier);
});

const HTML = "<!doctype html><script>alert(document.domain)</script>".padEnd(400);
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`.padEnd(400);

const REFUSED: readonly [name: string, files: readonly Upload[], status: number, message: RegExp][] = [
  ["HTML called a picture", [{ name: "cat.png", bytes: HTML }], 415, /something else/],
  ["an SVG", [{ name: "a.svg", bytes: SVG, type: "image/svg+xml" }], 415, /something else/],
  ["a script called a PDF", [{ name: "a.pdf", bytes: "#!/bin/sh\necho owned\n" }], 415, /something else/],
  ["a zip, as Office documents are", [{ name: "a.pdf", bytes: "PK\u0003\u0004".padEnd(99) }], 415, /else/],
  ["HTML with a PNG's magic further in", [{ name: "a.png", bytes: ` \x89PNG\r\n\x1a\n${HTML}` }], 415, /./],
  ["an empty file", [{ name: "a.png", bytes: "" }], 415, /something else/],
  ["three bytes", [{ name: "a.png", bytes: PNG.subarray(0, 3) }], 415, /something else/],
  [
    "a good file and a bad one",
    [
      { name: "a.png", bytes: PNG },
      { name: "b.png", bytes: HTML },
    ],
    415,
    /./,
  ],
  ["a large file", [{ name: "a.png", bytes: pngOf(MAX_FILE_BYTES + 1) }], 413, /at most 5\.0 MB/],
  ["a huge request", [{ name: "a.png", bytes: pngOf(MAX_FILE_BYTES * 4) }], 413, /at most 5\.0 MB/],
  ["too many files", Array.from({ length: 4 }, (_, n) => ({ name: `${n}.png`, bytes: PNG })), 413, /3 files/],
];

for (const [name, files, status, message] of REFUSED) {
  for (const action of ["new", "edit"]) {
    test(`${name} is refused beside the field (${action}), the text is kept and nothing is stored`, async () => {
      const target = action === "new" ? "/notes" : await write(alice, [], "Before");
      const [rows, stored] = [await noted(), onDisk()];
      const fields = { title: "Kept title", body: "kept <b>text</b>", version: "1" };
      const answer = await sendNote(alice, target, fields, files);
      assert.equal(answer.status, status);
      assert.match(
        answer.text,
        /id="files"[^>]*aria-describedby="files-hint files-error"[^>]*aria-invalid="true"/,
      );
      assert.match(/id="files-error">([\s\S]*?)<\/p>/.exec(answer.text)?.[1] ?? "", message);
      assert.match(answer.text, /value="Kept title"/);
      assert.match(answer.text, /kept &lt;b&gt;text&lt;\/b&gt;<\/textarea>/);
      assert.deepEqual([await noted(), onDisk()], [rows, stored]);
      if (action === "edit") assert.match((await alice.get(target)).text, /Before/, "the note is as it was");
    });
  }
}

const POLYGLOTS: readonly [name: string, upload: Upload, shown: RegExp, type: string][] = [
  [
    "a GIF that is a script, too",
    { name: "a.js", bytes: "GIF89a=1/*".padEnd(40) },
    /a\.js\.gif/,
    "image/gif",
  ],
  [
    "a PDF that is HTML, too",
    { name: "a.html", bytes: `%PDF-1.7 ${HTML}` },
    /a\.html\.pdf/,
    "application/pdf",
  ],
  ["a picture with two extensions", { name: "a.png.exe", bytes: PNG }, /a\.png\.exe\.png/, "image/png"],
  ["a name that climbs", { name: "../../../etc/cron.d/x.png", bytes: PNG }, />x\.png/, "image/png"],
  ["a name that climbs on Windows", { name: "..\\..\\boot.png", bytes: PNG }, />boot\.png/, "image/png"],
  ["a name with NUL", { name: "a.php\0.png", bytes: PNG }, />a\.php(?:%00)?\.png/, "image/png"],
  [
    "a name that reads backwards",
    { name: "cute\u202egpj.exe", bytes: PNG },
    />cutegpj\.exe\.png/,
    "image/png",
  ],
  ["a name of a header", { name: 'a"\r\nSet-Cookie: x=y.png', bytes: PNG }, /\.png</, "image/png"],
  ["a name of markup", { name: "<img src=x onerror=alert(1)>.png", bytes: PNG }, /\.png</, "image/png"],
  ["a name of 5,000 letters", { name: `${"a".repeat(3000)}.png`, bytes: PNG }, />a{100,120}/, "image/png"],
  ["no name but dots", { name: "...", bytes: PNG }, />file\.png/, "image/png"],
  ["a device of Windows", { name: "CON", bytes: PNG }, />CON\.png/, "image/png"],
];

for (const [name, upload, shown, type] of POLYGLOTS) {
  test(`${name} is stored under a random name and given back as the ${type} it is`, async () => {
    const note = await write(bob, [upload]);
    const page = await bob.get(note);
    assert.match(page.text, shown);
    assert.doesNotMatch(page.text, /<img src=x|\u202e|\0/);
    const file = await fileOf(bob, note);
    assert.match(file, /\/[0-9a-f]{32}$/);
    const answer = await bob.get(file);
    assert.equal(answer.headers.get("content-type"), type);
    assert.equal(answer.headers.get("content-security-policy"), "default-src 'none'; sandbox");
    assert.equal(answer.headers.get("set-cookie"), null);
    assert.ok(onDisk().every((each) => /^[0-9a-f]{32}$/.test(each)));
    await bob.submit(`${note}/delete`, `${note}/delete`, {});
  });
}

const HOSTILE_PATHS: readonly string[] = [
  "/files/..%2f..%2fapp.sqlite",
  "/files/%00",
  "/files/__proto__",
  "/files/constructor/image",
  `/files/${"0".repeat(31)}`,
  `/files/${"A".repeat(32)}`,
  `/files/${"0".repeat(32)}%0a`,
];

for (const path of HOSTILE_PATHS) {
  test(`${path} is no file`, async () => {
    const note = await write(alice, []);
    const { status } = await alice.get(note + path);
    assert.ok(status === 404 || status === 400, String(status));
  });
}

test("the files of a note go with it", async () => {
  const note = await write(alice, [{ name: "a.png", bytes: PNG }]);
  const id = (await fileOf(alice, note)).split("/").at(-1) ?? "";
  assert.ok(onDisk().includes(id));
  assert.match((await alice.get(`${note}/delete`)).text, /one file/);
  await alice.submit(`${note}/delete`, `${note}/delete`, {});
  assert.ok(!onDisk().includes(id));
  assert.ok(!(await noted()).some((row) => row.id === id));
});

test("text that is not accepted takes its files along, and asks for them again", async () => {
  const stored = onDisk();
  const answer = await sendNote(alice, "/notes", { title: "", body: "kept" }, [
    { name: "a.png", bytes: PNG },
  ]);
  assert.equal(answer.status, 422);
  assert.match(answer.text, /Please choose the files again/);
  assert.deepEqual(onDisk(), stored);
});

test("uploads that are cut off leave nothing", async (t) => {
  const stored = onDisk();
  const { port } = new URL(running.origin);
  const head = headOfUpload(running.origin, alice, { contentLength: 100_000 });
  const sent = Buffer.concat([Buffer.from(head + FILE_PART), pngOf(60_000)]);
  for (let n = 0; n < 20; n += 1) {
    const socket = connect(Number(port), "127.0.0.1");
    await once(socket, "connect");
    socket.write(sent.subarray(0, 400 + n * 3000));
    await sleep(5 + n);
    socket.resetAndDestroy();
  }
  await t.waitFor(() => assert.deepEqual(onDisk(), stored), PATIENCE);
});

/** Sends half of a form with a file, lets something happen, and sends the rest. */
async function answerToSlowUpload(
  t: TestContext,
  visitor: Visitor,
  path: string,
  meanwhile: () => Promise<unknown>,
) {
  const stored = onDisk();
  const fields = ["title", "body", "version"].map(
    (name) => `--xyz\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n1\r\n`,
  );
  const body = Buffer.concat([
    Buffer.from(fields.join("") + FILE_PART),
    pngOf(60_000),
    Buffer.from("\r\n--xyz--\r\n"),
  ]);
  const head = headOfUpload(running.origin, visitor, { path, contentLength: body.length });
  const socket = connect(Number(new URL(running.origin).port), "127.0.0.1");
  socket.write(Buffer.concat([Buffer.from(head), body.subarray(0, 30_000)]));
  await t.waitFor(() => assert.equal(onDisk().length, stored.length + 1), PATIENCE);
  await meanwhile();
  socket.write(body.subarray(30_000));
  const [answer] = (await once(socket, "data")) as [Buffer];
  return answer.toString("latin1");
}

test("a file that arrives for a note deleted meanwhile is not kept: no quota would count it", async (t) => {
  const note = await write(alice, []);
  const stored = onDisk();
  const remove = () => alice.submit(`${note}/delete`, `${note}/delete`, {});
  assert.match(await answerToSlowUpload(t, alice, note, remove), /^HTTP\/1.1 404 /);
  assert.deepEqual(onDisk(), stored);
});

test("a note that arrives for an account deleted meanwhile is refused, and its file is not kept", async (t) => {
  const leaver = await running.user("leaver@example.com");
  const stored = onDisk();
  const leave = () => leaver.submit("/account/delete", "/account/delete", { password: PASSWORD });
  assert.match(
    await answerToSlowUpload(t, leaver, "/notes", leave),
    /^HTTP\/1.1 303 [\s\S]*Location: \/login/,
  );
  assert.deepEqual(onDisk(), stored);
});

test("a download that is cut off is nobody's failure", async () => {
  const note = await write(alice, [{ name: "a.png", bytes: pngOf(5_000_000) }]);
  const file = await fileOf(alice, note);
  const { port } = new URL(running.origin);
  const cookie = [...alice.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const socket = connect(Number(port), "127.0.0.1");
  socket.write(`GET ${file} HTTP/1.1\r\nHost: localhost:${port}\r\nCookie: ${cookie}\r\n\r\n`);
  await once(socket, "data");
  socket.resetAndDestroy();
  await sleep(100);
  assert.equal((await alice.get(note)).status, 200);
  assert.doesNotMatch(running.log(), /"level":"?(?:error|50|60)/);
});

test("of many uploads at once no more are kept than the quota allows", async () => {
  const user = await running.user("quota@example.com");
  const note = await write(user, [], "Race");
  const half = { name: "a.png", bytes: pngOf(QUOTA_BYTES / 5) };
  for (let n = 0; n < 4; n += 1) await write(user, [half]);
  const earlier = onDisk().length;
  const answers = await Promise.all(
    Array.from({ length: MAX_UPLOADS_AT_ONCE }, (_, n) =>
      sendNote(user, "/notes", { title: `race ${n}`, body: "" }, [half]),
    ),
  );
  const kept = answers.filter(({ status }) => status === 303);
  assert.equal(kept.length, 1);
  for (const { status, text } of answers.filter((answer) => answer.status !== 303)) {
    assert.equal(status, 413);
    assert.match(text, /The files of an account may have 25 MB together/);
  }
  assert.equal(onDisk().length, earlier + 1, "what was refused is gone from the disk");
  const full = await sendNote(user, note, { title: "Changed", body: "", version: "1" }, []);
  assert.equal(full.status, 303, "text can still be saved without a file");
});

test("files that belong to nothing are removed, and young ones, others and known ones are left", async () => {
  const note = await write(alice, [{ name: "a.png", bytes: PNG }]);
  const known = (await fileOf(alice, note)).split("/").at(-1) ?? "";
  const [orphan, young] = ["a".repeat(32), "b".repeat(32)];
  for (const name of [orphan, young, "readme.txt"]) writeFileSync(join(running.uploads, name), "x");
  const longAgo = new Date(Date.now() - 7_200_000);
  for (const name of [orphan, known, "readme.txt"]) utimesSync(join(running.uploads, name), longAgo, longAgo);
  assert.equal(await running.sweepOrphans(), 1);
  assert.ok(!onDisk().includes(orphan));
  for (const name of [young, known, "readme.txt"]) assert.ok(onDisk().includes(name), name);
});
