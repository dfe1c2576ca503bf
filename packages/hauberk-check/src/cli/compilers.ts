import { availableParallelism } from "node:os";
import { setFlagsFromString } from "node:v8";

/** An engine that does not know a flag would say so to the user. */
const isKnownEngine = Number.parseInt(process.versions.node, 10) === 24;

/** V8 compiles in up to six threads beside this one: with two processors they take the time they are meant to save. */
export function compileInFewThreads(): void {
  if (!isKnownEngine || availableParallelism() > 2) return;
  setFlagsFromString("--concurrent-maglev-max-threads=1");
  setFlagsFromString("--concurrent-turbofan-max-threads=1");
}
