import { keyOfIndex, sampleOf, type Filled, type Scale } from "./scale-stores.ts";

const SMALL = 1000;
/** Users who are active at the same time. The small store has no more, so both are asked for as many. */
const ACTIVE = 1000;
const ROUNDS = 25;

/** Median time of a call in each store, and the median of the ratios of the rounds. */
interface Ratio {
  readonly smallUs: number;
  readonly largeUs: number;
  readonly ratio: number;
}

/** `cpu` is of this process, and so the whole cost of SQLite; `wall` includes the server, and what else the machine does. */
export interface Measured {
  readonly wall: Ratio;
  readonly cpu: Ratio;
}

export interface ScaleResult {
  readonly sessions: { readonly small: number; readonly large: number };
  readonly measured: Readonly<Record<string, Measured>>;
}

/** Of session `index`, whose key is made beforehand: hashing is not the store's. */
type Call = (filled: Filled, index: number, key: string) => Promise<void>;

const lookup: Call = async ({ store }, index, key) => {
  if ((await store.get(key)) === undefined) throw new Error(`session ${index} is lost`);
};

const save: Call = async ({ store }, index, key) => {
  const found = await store.get(key);
  const version = found?.version ?? 0;
  const outcome = await store.update(key, sampleOf(index, version + 1), version);
  if (outcome !== "saved") throw new Error(`session ${index}: ${outcome}`);
};

/**
 * Look-up and save in a store of so many sessions against one of a thousand. The rounds of both alternate, so that what
 * the machine does besides hits both; both are warm.
 */
export async function measureScale(scale: Scale, large: number): Promise<ScaleResult> {
  const stores = [
    { filled: await scale.open(SMALL), sessions: SMALL },
    { filled: await scale.open(large), sessions: large },
  ] as const;
  const active = stores.map(({ sessions }) => distinct(ACTIVE, sessions));
  const anywhere = stores.map(
    ({ sessions }) =>
      () =>
        distinct(ACTIVE, sessions),
  );
  const compare = async (call: Call, draw: (at: number) => readonly number[], forgets = false) =>
    compareRounds([stores[0].filled, stores[1].filled], call, draw, forgets);
  const measured: Record<string, Measured> = {};
  // First: a file that others write to as well never fills this process's cache.
  if (stores[0].filled.forget !== undefined)
    measured["look-up, 1,000 active, right after another process wrote"] = await compare(
      lookup,
      (at) => active[at] ?? [],
      true,
    );
  for (const { filled, sessions } of stores)
    if (filled.forget !== undefined) await visitAll(filled, sessions);
  Object.assign(measured, {
    "look-up, 1,000 active": await compare(lookup, (at) => active[at] ?? []),
    "save, 1,000 active": await compare(save, (at) => active[at] ?? []),
    "look-up, any of all": await compare(lookup, (at) => anywhere[at]?.() ?? []),
    "save, any of all": await compare(save, (at) => anywhere[at]?.() ?? []),
  });
  return { sessions: { small: SMALL, large }, measured };
}

/** As a server that has run for a day: every session was there once, and what this process keeps of them it has by now. */
async function visitAll(filled: Filled, sessions: number): Promise<void> {
  for (let index = 0; index < sessions; index++) await lookup(filled, index, keyOfIndex(index));
}

function distinct(count: number, below: number): readonly number[] {
  const chosen = new Set<number>();
  while (chosen.size < Math.min(count, below)) chosen.add(Math.floor(Math.random() * below));
  return [...chosen];
}

interface Sample {
  readonly wall: number;
  readonly cpu: number;
}

async function compareRounds(
  stores: readonly [Filled, Filled],
  call: Call,
  draw: (at: number) => readonly number[],
  forgets: boolean,
): Promise<Measured> {
  const rounds: (readonly [Sample, Sample])[] = [];
  for (let round = -2; round < ROUNDS; round++) {
    const samples = [
      await measureOnce(stores[0], call, draw(0), forgets),
      await measureOnce(stores[1], call, draw(1), forgets),
    ] as const;
    if (round >= 0) rounds.push(samples);
  }
  return { wall: ratioOf(rounds, "wall"), cpu: ratioOf(rounds, "cpu") };
}

async function measureOnce(
  filled: Filled,
  call: Call,
  indexes: readonly number[],
  forgets: boolean,
): Promise<Sample> {
  const keyed = indexes.map((index) => [index, keyOfIndex(index)] as const);
  let wall = 0;
  let cpu = 0;
  const timed = async (work: () => Promise<void>): Promise<void> => {
    const before = process.cpuUsage();
    const start = performance.now();
    await work();
    wall += (performance.now() - start) * 1000;
    const { user, system } = process.cpuUsage(before);
    cpu += user + system;
  };
  const all = async (): Promise<void> => {
    for (const [index, key] of keyed) await call(filled, index, key);
  };
  if (!forgets) await timed(all);
  else {
    for (const [index, key] of keyed) {
      filled.forget?.();
      await timed(async () => call(filled, index, key));
    }
  }
  return { wall: wall / indexes.length, cpu: cpu / indexes.length };
}

function ratioOf(rounds: readonly (readonly [Sample, Sample])[], kind: keyof Sample): Ratio {
  return {
    smallUs: median(rounds.map(([small]) => small[kind])),
    largeUs: median(rounds.map(([, large]) => large[kind])),
    ratio: median(rounds.map(([small, large]) => large[kind] / small[kind])),
  };
}

function median(values: readonly number[]): number {
  const ordered = values.toSorted((a, b) => a - b);
  return Math.round((ordered[Math.floor(ordered.length / 2)] ?? Number.NaN) * 100) / 100;
}
