import { run } from "../../src/cli/run.ts";

/** The command in a process of its own, from its source. */
await run("0.0.0", () => undefined);
