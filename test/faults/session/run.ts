import { STORE_NAMES, type StoreName } from "../../../packages/hauberk/test/session/stores.ts";
import { ensureSystemTools } from "../../../scripts/lib/system-tools.mjs";
import { countAttacks } from "./counts.ts";
import { writePage } from "./page.ts";
import { keepResult } from "./results.ts";
import { measureScale } from "./scale.ts";
import { postgresScale, redisScale, sqliteScale, type Scale } from "./scale-stores.ts";
import { rotateKeys } from "./rotation.ts";
import { runTrouble } from "./trouble.ts";

const HELP = `npm run test:faults:sessions -- [part] [store] [size]

What the sessions do under attack, with a million of them, and while their store fails. Writes
test/faults/results and docs/reference/faults-sessions.md.

  part   counts, scale, trouble, rotation or page; all of them when left out (about half an hour)
  store  memory, sqlite, redis or postgres; all that the part has when left out
  size   sessions of "scale" (1000000), share of the counts of "counts" (1)
`;

const SCALES: Readonly<Partial<Record<StoreName, () => Promise<Scale>>>> = {
  sqlite: async () => Promise.resolve(sqliteScale()),
  redis: redisScale,
  postgres: postgresScale,
};

async function runCounts(store: StoreName, size: number | undefined): Promise<void> {
  keepResult("counts", store, await countAttacks(store, size ?? 1));
}

async function runScale(store: StoreName, size: number | undefined): Promise<void> {
  const open = SCALES[store];
  if (open === undefined) return;
  const scale = await open();
  try {
    keepResult("scale", store, await measureScale(scale, size ?? 1_000_000));
  } finally {
    await scale.close();
  }
}

/** Two processes and three of one application, on a store that they share. */
async function runRotation(store: StoreName): Promise<void> {
  if (store !== "redis" && store !== "postgres") return;
  keepResult("rotation", store, [await rotateKeys(store, 2), await rotateKeys(store, 3)]);
}

const [part = "all", only = "all", size] = process.argv.slice(2);
if (!["all", "counts", "scale", "trouble", "rotation", "page"].includes(part)) {
  process.stdout.write(HELP);
  process.exitCode = part === "--help" ? 0 : 2;
} else {
  Object.assign(process.env, await ensureSystemTools(["faults"]));
  const stores = STORE_NAMES.filter((name) => only === "all" || only === name);
  const wanted = size === undefined ? undefined : Number(size);
  for (const store of stores) {
    if (part === "all" || part === "counts") await runCounts(store, wanted);
    if (part === "all" || part === "scale") await runScale(store, wanted);
    if (part === "all" || part === "rotation") await runRotation(store);
  }
  if (part === "all" || part === "trouble") await runTrouble();
  writePage();
}
