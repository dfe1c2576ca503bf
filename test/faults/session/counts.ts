import { guardStore } from "../../../packages/hauberk/src/session/store-guard.ts";
import type { SessionStore } from "../../../packages/hauberk/src/session/store.ts";
import { OPENERS, type StoreName } from "../../../packages/hauberk/test/session/stores.ts";
import { anonymousFlood, fixations, forgedCookies, logoutRaces, parallelWrites, withApp } from "./races.ts";

/** What happened in so many attempts; in a good store `revived`, `fixationsSeen`, `accepted` and `failed` are 0. */
export interface Counts {
  readonly logoutRaces: number;
  readonly revived: number;
  readonly writesMade: number;
  readonly writesKept: number;
  readonly fixations: number;
  readonly fixationsSeen: number;
  readonly forgedCookies: number;
  readonly accepted: number;
  readonly failed: number;
  readonly anonymousGets: number;
  readonly cookiesGiven: number;
  readonly recordsMade: number;
  readonly growthMb: number;
}

/** @param share of the counts the issue asks for; 1 takes some minutes for each store */
export async function countAttacks(name: StoreName, share: number): Promise<Counts> {
  const races = Math.round(1000 * share);
  const rounds = Math.round(100 * share);
  const cookies = Math.round(100_000 * share);
  // A visitor's GET reaches no store, whichever it is.
  const gets = name === "sqlite" ? Math.round(300_000 * share) : 0;
  const { store, close } = await OPENERS[name]();
  let inserts = 0;
  const guarded = guardStore(store, 10_000);
  const counted: SessionStore = {
    ...guarded,
    insert: (key, record) => {
      inserts++;
      return guarded.insert(key, record);
    },
  };
  try {
    return await withApp(counted, async (served) => {
      const revived = await logoutRaces(served, races);
      const writesKept = await parallelWrites(served, rounds);
      const fixationsSeen = await fixations(served, races);
      const { accepted, failed } = await forgedCookies(served, cookies);
      const insertsBefore = inserts;
      const flood = await anonymousFlood(served, gets);
      return {
        logoutRaces: races,
        revived,
        writesMade: rounds * 30,
        writesKept,
        fixations: races,
        fixationsSeen,
        forgedCookies: cookies,
        accepted,
        failed,
        anonymousGets: gets,
        cookiesGiven: flood.cookies,
        recordsMade: inserts - insertsBefore,
        growthMb: Math.round(flood.growthMb * 10) / 10,
      };
    });
  } finally {
    await close();
  }
}
