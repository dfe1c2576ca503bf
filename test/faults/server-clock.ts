import assert from "node:assert/strict";
import { readdirSync, writeFileSync, chmodSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { temporaryFolder } from "../../packages/hauberk/test/server/harness.ts";
import { start, type StartedApp } from "./support/app.ts";
import { ask, pause, type Outcome } from "./support/ask.ts";
import { record } from "./support/report.ts";

const LIFETIMES = { idleSeconds: 43_200, absoluteSeconds: 86_400 };
const LIMIT = 20;
/** How soon one more is allowed at the pace of the limit. */
const PACE_SECONDS = 3600 / LIMIT;

interface Faked extends StartedApp {
  /** Sets the wall clock of the running process, as ntpd or an administrator would; the monotonic one goes on. */
  readonly jumpTo: (offset: string) => Promise<void>;
}

async function startFaked(t: TestContext, more: { readonly limit?: number } = {}): Promise<Faked> {
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o777);
  const clock = join(temporaryFolder(t), "clock");
  writeFileSync(clock, "+0\n");
  chmodSync(join(clock, ".."), 0o755);
  const env = {
    LD_PRELOAD: library(),
    FAKETIME_TIMESTAMP_FILE: clock,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
    DONT_FAKE_MONOTONIC: "1",
  };
  const app = await start(t, {}, { folder, lifetimes: LIFETIMES, env, ...more });
  return {
    ...app,
    jumpTo: async (offset) => {
      writeFileSync(clock, `${offset}\n`);
      await pause(200);
    },
  };
}

/** Debian keeps it in a folder of the architecture. */
function library(): string {
  for (const each of readdirSync("/usr/lib")) {
    if (!each.endsWith("-linux-gnu")) continue;
    const folder = join("/usr/lib", each, "faketime");
    if (readdirSync(join("/usr/lib", each)).includes("faketime")) return join(folder, "libfaketimeMT.so.1");
  }
  throw new Error("libfaketime is missing: apt-get install faketime");
}

async function name({ port }: Faked, cookie: string | undefined, set?: string): Promise<Outcome> {
  const path = set === undefined ? "/name" : `/name/${set}`;
  return ask({ port, path, ...(cookie !== undefined && { cookie }) });
}

for (const [jump, offset] of [
  ["+2 d", "+2d"],
  ["-2 d", "-2d"],
  ["+10 y", "+10y"],
] as const) {
  test(`outlives a jump of the clock: ${jump}`, async (t) => {
    const app = await startFaked(t);
    const { cookie } = await name(app, undefined, "ada");
    assert.equal((await name(app, cookie)).body, "ada");
    await app.jumpTo(offset);
    const after = await name(app, cookie);
    // Forwards the lifetime is over; backwards the session is as old as before.
    const expected = offset.startsWith("-") ? "ada" : "nobody";
    const fresh = await name(app, undefined, "bob");
    const later = await name(app, fresh.cookie);
    // Two days on, as the monotonic clock did not see them: the one that was over must not come back to life.
    await app.jumpTo("+0");
    const back = await name(app, cookie);
    await app.jumpTo("+2d");
    const end = await name(app, cookie);
    assert.equal(app.child.exitCode, null, "it crashed");
    const told = [after, fresh, later, back, end].map(({ status, body }) => `${status} ${body}`);
    record(
      `clock jumps by ${jump}`,
      `alive; session of before: ${after.body}; a new one works: ${later.body}; clock set right: ${back.body}; two days later: ${end.body}`,
      "no crash, no session beyond its absolute limit",
    );
    assert.deepEqual(told, [`200 ${expected}`, "200 bob", "200 bob", `200 ${expected}`, "200 nobody"]);
  });

  test(`neither locks out nor lets through when the clock jumps: ${jump}`, async (t) => {
    const app = await startFaked(t, { limit: LIMIT });
    for (let request = 0; request < LIMIT - 5; request++)
      assert.equal((await name(app, undefined)).status, 200);
    await app.jumpTo(offset);
    const outcomes: Outcome[] = [];
    for (let request = 0; request < 2 * LIMIT; request++) outcomes.push(await name(app, undefined));
    const served = outcomes.filter(({ status }) => status === 200).length;
    const refused = outcomes.filter(({ status }) => status === 429);
    const waitSeconds = Math.max(...refused.map(({ retryAfterSeconds }) => retryAfterSeconds));
    record(
      `limit of ${LIMIT} an hour, ${LIMIT - 5} used, clock jumps by ${jump}`,
      `${served} of ${outcomes.length} served, ${refused.length} refused, the next one in ${waitSeconds} s`,
      `never more than ${LIMIT}; nobody waits longer than ${PACE_SECONDS} s`,
    );
    assert.ok(served <= LIMIT, `${served} served`);
    assert.equal(served + refused.length, outcomes.length);
    assert.ok(waitSeconds <= PACE_SECONDS, `locked out for ${waitSeconds} s`);
  });
}
