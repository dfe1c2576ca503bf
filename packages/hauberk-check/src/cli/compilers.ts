import { availableParallelism } from "node:os";
import { setFlagsFromString } from "node:v8";

/** An engine that does not know a flag would say so to the user. */
const ENGINE = Number.parseInt(process.versions.node, 10);

/** A run is over in seconds: what V8 does for programs that stay costs more than it brings. */
export function compileForOneRun(): void {
  if (ENGINE > 24) return;
  // Else each expression is compiled for an interpreter, used once, and compiled again.
  setFlagsFromString("--no-regexp-tier-up");
  setFlagsFromString("--no-flush-bytecode");
  if (ENGINE === 24 && availableParallelism() <= 2) compileInOneThread();
}

/** V8 compiles in up to six threads beside this one: with two processors they take the time they are meant to save. */
function compileInOneThread(): void {
  setFlagsFromString("--concurrent-maglev-max-threads=1");
  setFlagsFromString("--no-turbofan");
}
