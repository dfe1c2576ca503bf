import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { open, recordEvents } from "../../test/server/harness.ts";
import { PATIENCE } from "../../../../test/support/patience.ts";
import { decideShedding, parseOverloadOptions, watchDelay, type LoadFacts } from "./overload.ts";

const policy = parseOverloadOptions({ maxDelayMs: 100, maxInFlight: 10 }, "listen()");
const calm: LoadFacts = { delayMs: 0, inFlight: 1, path: "/", hasSessionCookie: false };

const cases: readonly [name: string, changes: Partial<LoadFacts>, want: "serve" | "shed"][] = [
  ["serves a visitor in calm times", {}, "serve"],
  ["serves a visitor right at the limit", { delayMs: 100, inFlight: 10 }, "serve"],
  ["sheds a visitor when the loop runs late", { delayMs: 101 }, "shed"],
  ["sheds a visitor when too much is in flight", { inFlight: 11 }, "shed"],
  ["serves whoever is logged in for longer", { delayMs: 200, inFlight: 20, hasSessionCookie: true }, "serve"],
  ["sheds also those with a cookie at twice the delay", { delayMs: 201, hasSessionCookie: true }, "shed"],
  ["sheds also those with a cookie at twice the queue", { inFlight: 21, hasSessionCookie: true }, "shed"],
  ["sheds when the delay is not a number", { delayMs: Number.NaN }, "shed"],
  ["answers the health check last of all", { path: "/healthz", delayMs: 1e6, inFlight: 1e6 }, "serve"],
  ["gives a path below the health check no exemption", { path: "/healthz/x", delayMs: 101 }, "shed"],
  ["gives the health check in other letters no exemption", { path: "/HEALTHZ", delayMs: 101 }, "shed"],
];

for (const [name, changes, want] of cases) {
  test(name, () => assert.equal(decideShedding({ ...calm, ...changes }, policy), want));
}

test("measures how late the loop runs, and calms down again", async (t) => {
  const delay = watchDelay();
  for (let round = 0; round < 6; round++) {
    const until = performance.now() + 80;
    while (performance.now() < until);
    // oxlint-disable-next-line no-await-in-loop -- the loop has to turn between the rounds
    await new Promise((resolve) => {
      setTimeout(resolve, 1);
    });
  }
  assert.ok(delay.currentMs > 20, `late by ${delay.currentMs}`);
  await t.waitFor(() => assert.ok(delay.currentMs < 20, `still late by ${delay.currentMs}`), PATIENCE);
  delay.stop();
});

test("takes one long stop for no overload", async () => {
  const delay = watchDelay();
  const until = performance.now() + 300;
  while (performance.now() < until);
  await new Promise((resolve) => {
    setTimeout(resolve, 25);
  });
  assert.ok(delay.currentMs < 100, `late by ${delay.currentMs}`);
  delay.stop();
});

test("answers 503 with Retry-After, the header set and one event when too much is in flight", async (t) => {
  const events = recordEvents(t);
  const gate = new EventTarget();
  const held = new Promise<Event>((resolve) => {
    gate.addEventListener("open", resolve);
  });
  let inFlight = 0;
  const late = (res: ServerResponse): void => {
    inFlight += 1;
    void held.then(() => res.end("late"));
  };
  const server = await open(t, (_req, res) => late(res), { overload: { maxInFlight: 2 } });
  const first = [fetch(server.url), fetch(server.url)];
  await t.waitFor(() => assert.equal(inFlight, 2), PATIENCE);
  const shed = await Promise.all([fetch(server.url), fetch(`${server.url}/?a=/healthz`)]);
  const health = fetch(`${server.url}/healthz?full`);
  for (const response of shed) {
    assert.equal(response.status, 503);
    assert.match(response.headers.get("retry-after") ?? "", /^[1-5]$/);
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    // oxlint-disable-next-line no-await-in-loop -- two bodies
    assert.equal(((await response.json()) as { code: string }).code, "SERVICE_UNAVAILABLE");
  }
  gate.dispatchEvent(new Event("open"));
  for (const response of await Promise.all([...first, health])) assert.equal(response.status, 200);
  assert.equal(events.filter((event) => event.name === "server.overloaded").length, 1);
});
