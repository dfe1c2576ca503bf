import { availableParallelism } from "node:os";
import { readInteger } from "../internal/options.ts";

export interface WorkersPolicy {
  readonly count: number;
  /** Workers beyond them that are started and get nothing until one dies. */
  readonly spare: number;
  /** A worker beyond it is replaced, in bytes. */
  readonly maxRssBytes: number;
  /** A worker that says nothing for longer is killed. */
  readonly maxSilenceMs: number;
}

/** `undefined` is one process without a supervisor. */
export function parseWorkers(
  options: Readonly<Record<string, unknown>>,
  call: string,
): WorkersPolicy | undefined {
  const { workers, spareWorkers, workerMemoryMb, workerSilenceMs } = options;
  if (workers === undefined) return undefined;
  const path = "workers";
  const count =
    workers === "auto"
      ? availableParallelism()
      : readInteger(workers, { min: 1, max: 256, fallback: 2 }, { call, path });
  const memory = { min: 32, max: 1_000_000, fallback: 1024 };
  return {
    count,
    spare: readInteger(spareWorkers, { min: 0, max: 16, fallback: 1 }, { call, path: "spareWorkers" }),
    maxRssBytes: readInteger(workerMemoryMb, memory, { call, path: "workerMemoryMb" }) * 1_000_000,
    maxSilenceMs: readInteger(
      workerSilenceMs,
      { min: 500, max: 3_600_000, fallback: 15_000 },
      { call, path: "workerSilenceMs" },
    ),
  };
}

/** A worker that ends within this time of being ready was never well. */
const YOUNG_MS = 1000;
const GIVE_UP_AFTER = 6;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 30_000;

export interface DeathFacts {
  /** How long it had been ready, or undefined when it never was. */
  readonly servedMs: number | undefined;
  /** Deaths of this kind right before, without one worker living longer in between. */
  readonly youngDeaths: number;
  /** Workers that go on serving. */
  readonly others: number;
}

export type AfterDeath =
  | { readonly kind: "replace"; readonly afterMs: number; readonly youngDeaths: number }
  | { readonly kind: "give-up" };

/**
 * Decides what follows the death of a worker: one that had served is replaced at once, one that never did after a pause
 * that doubles. After six of those in a row somebody has to look; but a worker that still serves is not stopped for that:
 * it may be the last one with code that works. Pure.
 */
export function decideAfterDeath({ servedMs, youngDeaths, others }: DeathFacts): AfterDeath {
  if (servedMs !== undefined && servedMs >= YOUNG_MS) return { kind: "replace", afterMs: 0, youngDeaths: 0 };
  const deaths = youngDeaths + 1;
  if (!(deaths < GIVE_UP_AFTER))
    return others > 0
      ? { kind: "replace", afterMs: LONGEST_PAUSE_MS, youngDeaths: GIVE_UP_AFTER }
      : { kind: "give-up" };
  return { kind: "replace", afterMs: FIRST_PAUSE_MS * 2 ** (deaths - 1), youngDeaths: deaths };
}

export interface WorkerFacts {
  readonly rssBytes: number;
  readonly silentMs: number;
}

/** Decides whether a worker may go on. Pure. */
export function decideFate(facts: WorkerFacts, policy: WorkersPolicy): "keep" | "kill" | "replace" {
  if (!(facts.silentMs <= policy.maxSilenceMs)) return "kill";
  return facts.rssBytes <= policy.maxRssBytes ? "keep" : "replace";
}

export interface Candidate {
  /** It has not said anything for a while: its event loop stands still. */
  readonly stale: boolean;
  /** Connections it was given and has not taken yet: more than none is a worker that is busy with something else. */
  readonly untaken: number;
  readonly open: number;
  /** When it last said something; of two, the one that spoke last is surely not standing still. */
  readonly heardAtMs: number;
}

/** The one to give the next connection to. Pure. */
export function pickWorker<T extends Candidate>(candidates: Iterable<T>): T | undefined {
  let best: T | undefined;
  for (const each of candidates) if (best === undefined || compare(each, best) < 0) best = each;
  return best;
}

function compare(a: Candidate, b: Candidate): number {
  return (
    Number(a.stale) - Number(b.stale) || a.untaken - b.untaken || a.open - b.open || b.heardAtMs - a.heardAtMs
  );
}
