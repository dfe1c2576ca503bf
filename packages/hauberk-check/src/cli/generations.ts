import { getHeapSpaceStatistics } from "node:v8";
import type { Ahead } from "../files/discover.ts";
import { setFlag } from "./v8-flags.ts";

/** Both halves of it: V8 copies what survives from one into the other. */
const LARGE_BYTES = 16_000_000;
/** Asking takes 22 microseconds. */
const ASKED_EVERY = 64;

/** New objects go where those before them were collected, and not to pages of memory that nobody has touched yet. */
export function keepYoungGenerationSmall(): void {
  setGrowth(1);
}

/** What a part of a project leaves behind is collected before half as much again lies there; V8 would let it be four times as much. */
export function keepOldGenerationSmall(): void {
  setFlag("--heap-growing-percent=50");
}

/** With large projects the young generation may double until collecting it costs little; V8 would go on to 128 MB. */
export function letYoungGenerationGrow(ahead: Ahead): Ahead {
  setGrowth(2);
  let reads = 0;
  let isLarge = false;
  const count = (): void => {
    reads += 1;
    if (isLarge || reads % ASKED_EVERY !== 0 || youngBytes() < LARGE_BYTES) return;
    isLarge = true;
    setGrowth(1);
  };
  return {
    text(path) {
      count();
      return ahead.text(path);
    },
    glance(path) {
      count();
      return ahead.glance(path);
    },
  };
}

/** What V8 compiled is kept for a run that begins with the flags of this one's end: those of a large project are taken back before. */
export function takeBackGenerations(): void {
  keepYoungGenerationSmall();
  setFlag("--heap-growing-percent=0");
}

const setGrowth = (factor: number): void => {
  setFlag(`--semi-space-growth-factor=${String(factor)}`);
};

const youngBytes = (): number =>
  getHeapSpaceStatistics().find((one) => one.space_name === "new_space")?.space_size ?? LARGE_BYTES;
