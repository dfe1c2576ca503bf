import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { StoreCallback } from "./express-call.ts";
import { LateWrites } from "./express-late.ts";

const MOST = 20;
const MINUTE_MS = 60_000;

/** A store of texts that answers no write until it is told to; what it was asked for arrives when the test says so. */
function silentStore() {
  const late = new LateWrites(MOST);
  const stored = new Map<string, string>();
  const held: (() => void)[] = [];
  const state = { isSilent: true, asked: 0 };
  const begin = (work: () => void, done: StoreCallback): void => {
    state.asked += 1;
    const arrive = (): void => {
      work();
      done();
    };
    if (state.isSilent) held.push(arrive);
    else arrive();
  };
  const set = async (key: string, text: string, untilMs: number): Promise<void> => {
    await late.ask(key, untilMs, (done) => begin(() => stored.set(key, text), done));
    late.confirmed(key, () => ({ read: () => text, write: async () => set(key, text, untilMs), untilMs }));
  };
  const remove = async (key: string): Promise<void> => {
    await late.ask(key, 0, (done) => begin(() => stored.delete(key), done));
    late.confirmed(key, () => ({ read: () => undefined, write: async () => remove(key), untilMs: 0 }));
  };
  const read = (key: string): unknown => (late.answerFor(key) ?? { read: () => stored.get(key) }).read();
  return { set, remove, read, stored, held, state };
}

type Silent = ReturnType<typeof silentStore>;

function useTimers(t: TestContext): void {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
}

async function settled(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}

/** So many sessions are written at once, each for a minute, and the store answers none of it. */
async function flood(t: TestContext, { set }: Silent, count: number): Promise<readonly string[]> {
  const outcomes = Array.from({ length: count }, async (_, at) =>
    set(`flood-${at}`, "late", Date.now() + MINUTE_MS).then(() => "saved", String),
  );
  await settled();
  t.mock.timers.tick(5000);
  return Promise.all(outcomes);
}

/** One write of a key that is late from now on; it is the first of those held. */
async function giveUp(t: TestContext, { set }: Silent, key: string, untilMs: number): Promise<void> {
  const givenUp = assert.rejects(set(key, "late", untilMs), /no answer within/);
  await settled();
  t.mock.timers.tick(5000);
  await givenUp;
}

test("a store that never answers is asked for so many writes and no more", async (t) => {
  useTimers(t);
  const silent = silentStore();
  const outcomes = await flood(t, silent, 3 * MOST);
  assert.equal(silent.state.asked, MOST);
  assert.equal(outcomes.filter((outcome) => outcome.includes("no answer within")).length, MOST);
  assert.equal(outcomes.filter((outcome) => outcome.includes("has not answered 20 writes")).length, 2 * MOST);
  await assert.rejects(silent.remove("k"), /has not answered/, "no logout is said to be done");
  assert.equal(silent.state.asked, MOST);
});

test("writes are begun again once the store has answered", async (t) => {
  useTimers(t);
  const silent = silentStore();
  await flood(t, silent, MOST);
  silent.state.isSilent = false;
  silent.held[0]?.();
  await settled();
  await silent.set("k", "saved", Infinity);
  assert.equal(silent.read("k"), "saved");
});

test("a logout is done again behind its late write, also while no other write is begun", async (t) => {
  useTimers(t);
  const silent = silentStore();
  await giveUp(t, silent, "k", Infinity);
  silent.state.isSilent = false;
  await silent.remove("k");
  silent.state.isSilent = true;
  const outcomes = await flood(t, silent, MOST);
  assert.equal(outcomes.filter((outcome) => outcome.includes("has not answered")).length, 1);
  silent.state.isSilent = false;
  silent.held[0]?.();
  assert.equal(silent.stored.get("k"), "late", "the write has arrived");
  assert.equal(silent.read("k"), undefined);
  await settled();
  assert.equal(silent.stored.has("k"), false);
});

test("a write that never arrives is forgotten when the session it would bring is over, and not before", async (t) => {
  useTimers(t);
  const silent = silentStore();
  await flood(t, silent, MOST);
  silent.state.isSilent = false;
  t.mock.timers.tick(MINUTE_MS - 5001);
  await assert.rejects(silent.set("k", "saved", Infinity), /has not answered/);
  t.mock.timers.tick(1);
  await silent.set("k", "saved", Infinity);
  // They arrive after all, and are not counted twice.
  for (const arrive of silent.held) arrive();
  silent.state.isSilent = true;
  const outcomes = await flood(t, silent, 2 * MOST);
  assert.equal(outcomes.filter((outcome) => outcome.includes("no answer within")).length, MOST);
});

for (const [name, untilMs] of [
  ["lives on", Infinity],
  ["has an end nobody can read", Number.NaN],
] as const) {
  test(`a session that ${name} is not forgotten for a late write that is over`, async (t) => {
    useTimers(t);
    const silent = silentStore();
    await giveUp(t, silent, "k", Date.now() + 1);
    silent.state.isSilent = false;
    await silent.set("k", "newer", untilMs);
    silent.state.isSilent = true;
    await flood(t, silent, 2 * MOST);
    silent.held[0]?.();
    assert.equal(silent.stored.get("k"), "late", "the write has arrived");
    assert.equal(silent.read("k"), "newer");
  });
}

test("what arrives while the last thing is done again has it done once more", async (t) => {
  useTimers(t);
  const silent = silentStore();
  await giveUp(t, silent, "k", Infinity);
  await giveUp(t, silent, "k", Infinity);
  silent.state.isSilent = false;
  await silent.remove("k");
  silent.state.isSilent = true;
  silent.held[0]?.();
  await settled();
  // The second removal is under way and held; the other late write arrives, and then the removal.
  silent.held[1]?.();
  silent.state.isSilent = false;
  silent.held[2]?.();
  silent.stored.set("k", "late");
  await settled();
  assert.equal(silent.stored.has("k"), false);
  assert.equal(silent.read("k"), undefined);
});

test("no more than so many wait for their turn, of one session or of all", async () => {
  const late = new LateWrites(MOST);
  let answer: (() => void) | undefined;
  const first = late.inTurn("k", async () => new Promise<void>((resolve) => (answer = resolve)));
  const others = Array.from({ length: MOST - 1 }, async () => late.inTurn("k", settled));
  for (const key of ["k", "k2"])
    await assert.rejects(
      late.inTurn(key, async () => assert.fail("it was begun")),
      /20 writes wait for the store/,
    );
  await settled();
  answer?.();
  await Promise.all([first, ...others]);
  await late.inTurn("k2", settled);
});
