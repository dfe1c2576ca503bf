import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Request } from "express";
import { type RunningApp, startApp } from "../test-support/running-app.ts";
import { FILE_PART, headOfUpload, PNG, pngOf, sendNote } from "../test-support/upload.ts";
import type { Visitor } from "../test-support/visitor.ts";
import { UploadsAtOnce } from "./at-once.ts";
import { MAX_DOWNLOADS_AT_ONCE, MAX_UPLOADS_AT_ONCE } from "./limits.ts";

/** On a busy machine Node's second is too short. */
const PATIENCE = { timeout: 20_000 };

let running: RunningApp;
let alice: Visitor;
before(async () => {
  running = await startApp();
  alice = await running.user("alice@example.com");
});
after(() => running.close());

const onDisk = (): number => readdirSync(running.uploads).length;

/** A form with a file whose end does not come. */
function startUpload(visitor: Visitor): Socket {
  const socket = connect(Number(new URL(running.origin).port), "127.0.0.1");
  socket.write(headOfUpload(running.origin, visitor, { contentLength: 100_000 }) + FILE_PART);
  socket.write(pngOf(30_000));
  return socket;
}

test("an account has a few uploads at once, others have theirs, and each that ends makes room", async (t) => {
  const slow = Array.from({ length: MAX_UPLOADS_AT_ONCE }, () => startUpload(alice));
  await t.waitFor(() => assert.equal(onDisk(), MAX_UPLOADS_AT_ONCE), PATIENCE);

  const sent = [{ name: "a.png", bytes: PNG }];
  const refused = await sendNote(alice, "/notes", { title: "One more", body: "kept" }, sent);
  assert.equal(refused.status, 429);
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
  assert.match(refused.text, /id="files-error">.*?other uploads.*?<\/p>/);
  assert.match(refused.text, /value="One more"/);
  assert.equal(onDisk(), MAX_UPLOADS_AT_ONCE, "nothing of it was stored");
  const text = { _csrf: "", title: "Without a file", body: "" };
  const withoutFile = await alice.post("/notes", new URLSearchParams(text), {
    "sec-fetch-site": "same-origin",
  });
  assert.equal(withoutFile.status, 303, "text can still be written");
  assert.equal((await sendNote(alice, "/notes", { title: "From a browser", body: "" }, [])).status, 303);
  const bob = await running.user("bob@example.com");
  assert.equal((await sendNote(bob, "/notes", { title: "Bob's", body: "" }, sent)).status, 303);

  slow[0]?.resetAndDestroy();
  await t.waitFor(async () => {
    assert.equal((await sendNote(alice, "/notes", { title: "Now", body: "" }, sent)).status, 303);
  }, PATIENCE);
  for (const socket of slow) socket.resetAndDestroy();
  await t.waitFor(() => assert.equal(onDisk(), 2, "Bob's and the last one"), PATIENCE);
});

test("a client that is gone already takes no place: nobody would be told of its end", async (t) => {
  const server = createServer().listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n");
  const [req, res] = (await once(server, "request")) as [IncomingMessage, ServerResponse];
  socket.resetAndDestroy();
  await once(res, "close");
  // As Express does.
  const gone = Object.assign(req, { res }) as Request;
  assert.equal(new UploadsAtOnce().begin("alice", gone), false);
});

test("clients that are gone before their upload begins hold no place", async (t) => {
  const stored = onDisk();
  for (let at = 0; at < 4 * MAX_UPLOADS_AT_ONCE; at += 1) {
    const socket = startUpload(alice);
    await once(socket, "connect");
    setImmediate(() => socket.resetAndDestroy());
    await once(socket, "close");
  }
  await t.waitFor(() => assert.equal(onDisk(), stored), PATIENCE);
  const sent = [{ name: "a.png", bytes: PNG }];
  const answers = await Promise.all(
    Array.from({ length: MAX_UPLOADS_AT_ONCE }, () =>
      sendNote(alice, "/notes", { title: "After them", body: "" }, sent),
    ),
  );
  assert.deepEqual(
    answers.map(({ status }) => status),
    answers.map(() => 303),
  );
});

test("slow readers of an account hold few files open, and the next one comes when one of them goes", async (t) => {
  const sent = [{ name: "a.png", bytes: pngOf(5_000_000) }];
  const note = (await sendNote(alice, "/notes", { title: "Large", body: "" }, sent)).location ?? "";
  const file = /href="([^"]+\/files\/[0-9a-f]{32})"/.exec((await alice.get(note)).text)?.[1] ?? "";
  const { port } = new URL(running.origin);
  const cookie = [...alice.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  let begun = 0;
  const readers = Array.from({ length: MAX_DOWNLOADS_AT_ONCE + 4 }, () => {
    const socket = connect(Number(port), "127.0.0.1");
    socket.once("data", () => {
      begun += 1;
      socket.pause();
    });
    socket.write(`GET ${file} HTTP/1.1\r\nHost: localhost:${port}\r\nCookie: ${cookie}\r\n\r\n`);
    return socket;
  });
  await t.waitFor(() => assert.equal(begun, MAX_DOWNLOADS_AT_ONCE), PATIENCE);
  await sleep(50);
  assert.equal(begun, MAX_DOWNLOADS_AT_ONCE, "the others wait");
  assert.equal((await alice.get(note)).status, 200);
  for (const socket of readers) socket.resetAndDestroy();
  const answer = await alice.get(file);
  assert.equal(answer.status, 200, "nobody who is gone is waited for");
});
