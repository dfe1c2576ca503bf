import { mkdirSync, writeFileSync } from "node:fs";
import { arch, availableParallelism, cpus } from "node:os";

/** Writes what was measured to test/faults/results, with the command that measured it and where. */
export function writeResult(name: string, command: string, result: object): void {
  const folder = new URL("../results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model,
    cpus: availableParallelism(),
    arch: arch(),
    date: new Date().toISOString().slice(0, 10),
  };
  writeFileSync(
    new URL(`${name}.json`, folder),
    `${JSON.stringify({ command, machine, ...result }, null, 2)}\n`,
  );
}
