import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { createMetrics } from "../metrics/metrics.ts";
import { type RunningApp, startApp } from "../test-support/running-app.ts";

let running: RunningApp;
before(async () => {
  running = await startApp(undefined, { metrics: createMetrics() });
});
after(() => running.close());

const MANY_FIELDS = Array.from({ length: 250 }, (_, index) => `X-${index}: 1\r\n`).join("");

/** What the server answers by itself: no such request ever reaches Express. */
const REFUSED: readonly [name: string, head: string, status: number][] = [
  ["with 250 header fields", `GET / HTTP/1.1\r\nHost: localhost\r\n${MANY_FIELDS}\r\n`, 431],
  [
    "framed by two codings",
    "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    400,
  ],
  ["that expects the impossible", "GET / HTTP/1.1\r\nHost: localhost\r\nExpect: 200-ok\r\n\r\n", 417],
];

for (const [name, head, status] of REFUSED) {
  test(`goes on serving after a request ${name}`, async () => {
    assert.match(await answerTo(head), new RegExp(`^HTTP/1.1 ${status} `));
    assert.equal((await running.visitor().get("/healthz")).status, 200);
    assert.match(running.log(), new RegExp(`"event":"request.malformed".*"status":${status}`));
    assert.doesNotMatch(running.log(), /server\.failed|server\.draining/);
  });
}

async function answerTo(head: string): Promise<string> {
  const socket = connect(Number(new URL(running.origin).port), "127.0.0.1");
  socket.setEncoding("latin1").end(head);
  let answer = "";
  socket.on("data", (text: string) => void (answer += text));
  await once(socket, "close");
  return answer;
}
