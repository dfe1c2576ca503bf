import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { drain, type DrainBounds } from "./drain.ts";

/** A request of which `chunks` of a kilobyte arrive, and then nothing or the end. */
function request(
  chunks: number,
  headers: Readonly<Record<string, string>> = {},
  ends = true,
): IncomingMessage {
  const stream = new PassThrough();
  for (let n = 0; n < chunks; n += 1) stream.write(Buffer.alloc(1024));
  if (ends) stream.end();
  return Object.assign(stream, { headers, complete: false }) as unknown as IncomingMessage;
}

const HOUR_MS = 3_600_000;
const PATIENT: DrainBounds = { maxBytes: 1_000_000, maxMs: HOUR_MS, idleMs: HOUR_MS };

const CASES: readonly [title: string, req: () => IncomingMessage, bounds: Partial<DrainBounds>][] = [
  ["reads a request to its end", () => request(10), {}],
  ["stops at the most bytes, announced or not", () => request(10, {}, false), { maxBytes: 5000 }],
  ["does not begin when more is announced", () => request(0, { "content-length": "1000001" }, false), {}],
  ["stops when nothing more comes", () => request(1, {}, false), { idleMs: 10 }],
  ["stops after the longest time", () => request(1, {}, false), { maxMs: 10 }],
];

for (const [title, make, bounds] of CASES) {
  test(`${title}, and leaves the request flowing without listeners`, async () => {
    const req = make();
    await drain(req, { ...PATIENT, ...bounds });
    assert.equal(req.readableFlowing, true);
    assert.equal(req.listenerCount("data"), 0);
  });
}

test("stops when the client goes away", async () => {
  const req = request(1, {}, false);
  const drained = drain(req, PATIENT);
  req.destroy();
  await drained;
});
