import assert from "node:assert/strict";
import { test } from "node:test";
import { serveListening } from "../test/gate.ts";
import { CHANNELS } from "../test/hostile-inputs.ts";
import { hostileRun } from "../test/hostile-run.ts";

/** `npm run test:fuzz` sends 100,000. */
const REQUESTS = 1000;

test(`answers ${REQUESTS} generated bad requests without a 5xx, without a hang, with the header set`, async (context) => {
  // One second is what `npm run test:fuzz` allows; here other tests share the processor.
  const counts = await hostileRun(context, { requests: REQUESTS, seed: 20_261_123, hangMs: 5000 });
  const { serverErrors, unanswered, hangs, withoutHeaderSet, filesLeft } = counts;
  assert.deepEqual(
    { serverErrors, unanswered, hangs, withoutHeaderSet, filesLeft },
    { serverErrors: 0, unanswered: 0, hangs: 0, withoutHeaderSet: 0, filesLeft: 0 },
  );
  // A generator that no longer gets past the gate would prove nothing about what is behind it.
  assert.ok((counts.statuses["200"] ?? 0) > REQUESTS / 10, JSON.stringify(counts.statuses));
  for (const channel of CHANNELS) assert.ok((counts.channels[channel] ?? 0) > REQUESTS / 30, channel);
});

for (const [title, path] of [
  ["a C1 control", "/\u0085?${7}b"],
  ["a letter beyond ASCII", "/caf\u00e9"],
] as const) {
  test(`dresses the answer of Node's parser to a target with ${title}`, async (context) => {
    const server = await serveListening(context, () => undefined);
    const answer = await server.send({ method: "PATCH", path, headers: { Host: "4T XL" } });
    assert.equal(answer.status, 400);
    assert.match(String(answer.headers["content-security-policy"]), /object-src 'none'/);
    assert.match(answer.body, /"code":"REQUEST_MALFORMED"/);
  });
}

test("has no prototype that a request could have reached", () => {
  assert.deepEqual(Object.keys(Object.prototype), []);
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
});
