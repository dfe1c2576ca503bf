import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";

const PAGE = new URL("../../../docs/reference/faults-server.md", import.meta.url);
const HEAD = `# What the server does when things fail

Written by \`npm run test:faults\`: one line for each fault, as it was last measured. "Load" is the average number of processes that
wanted a processor meanwhile, of everybody on the machine: above the number of processors, times are longer than the server's own.

| fault | result | goal | measured |
| --- | --- | --- | --- |
`;

/** Whether more processes want a processor than there are: times are then not only the server's own. */
export function machineIsBusy(): boolean {
  return (loadavg()[0] ?? 0) > availableParallelism();
}

/** Puts one measurement on the page, in place of the last one of the same fault. */
export function record(fault: string, result: string, goal: string): void {
  const text = existsSync(PAGE) ? readFileSync(PAGE, "utf8") : "";
  const rows = text.split("\n").filter((line) => /^\| (?!fault |-)/.test(line));
  const kept = rows.filter((row) => row.split("|")[1]?.trim() !== fault);
  const [load = 0] = loadavg();
  const where = `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${availableParallelism()} processors, load ${load.toFixed(1)}`;
  const sorted = [...kept, `| ${fault} | ${result} | ${goal} | ${where} |`].toSorted((a, b) =>
    a.localeCompare(b),
  );
  writeFileSync(PAGE, `${HEAD}${sorted.join("\n")}\n`);
}
