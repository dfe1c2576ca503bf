import { availableParallelism } from "node:os";
import { NODE_MAJOR, setFlag } from "./v8-flags.ts";

/** A run is over in seconds: what V8 does for programs that stay costs more than it brings. */
export function compileForOneRun(): void {
  // Else each expression is compiled for an interpreter, used once, and compiled again.
  setFlag("--no-regexp-tier-up");
  setFlag("--no-flush-bytecode");
  if (NODE_MAJOR === 24 && availableParallelism() <= 2) compileInOneThread();
}

/** V8 compiles in up to six threads beside this one: with two processors they take the time they are meant to save. */
function compileInOneThread(): void {
  setFlag("--concurrent-maglev-max-threads=1");
  setFlag("--no-turbofan");
}
