import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { HostileCounts } from "../../../packages/hauberk/test/hostile-run.ts";
import type { breakRequests } from "./broken-requests.ts";
import type { abortUploads, refuseBodies } from "./hostile-bodies.ts";
import type { manyKeys } from "./limiter-keys.ts";
import type { GuessCounts } from "./login-guesses.ts";
import type { TableCounts } from "./tables.ts";

const RESULTS = new URL("../results/", import.meta.url);
const PAGE = new URL("../../../docs/reference/gate.md", import.meta.url);
const HEAD = `# What the gate lets through, measured

Written by \`npm run test:gate\` and \`npm run test:fuzz\` from test/faults/results, as it was last measured.
`;

function read(name: string): unknown {
  const file = new URL(`${name}.json`, RESULTS);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as unknown) : undefined;
}

/** Writes docs/reference/gate.md from all results there are. */
export function writeGatePage(): void {
  const sections = [tables(), guesses(), inputs(), uploads(), broken(), bodies(), keys()].filter(
    (text) => text !== "",
  );
  writeFileSync(PAGE, [HEAD, ...sections].join("\n"));
}

function table(
  title: string,
  text: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return `## ${title}\n\n${text}\n\n${lines.join("\n")}\n`;
}

function tables(): string {
  const found = read("gate-tables") as { readonly tables: readonly TableCounts[] } | undefined;
  if (found === undefined) return "";
  return table(
    "Tables",
    "Each row is a test, which `npm test` runs too. A row that comes out otherwise counts as failed.",
    ["rows", "as documented", "failed", "goal", "where"],
    found.tables.map(({ title, passed, failed, goal, files }) => [
      title,
      String(passed),
      String(failed.length),
      String(goal),
      files,
    ]),
  );
}

function guesses(): string {
  const stores = ["sqlite", "redis", "postgres"].flatMap((kind) => {
    const found = read(`login-guesses-${kind}`) as { readonly results: readonly GuessCounts[] } | undefined;
    return (found?.results ?? []).map((counts) => ({ kind, ...counts }));
  });
  if (stores.length === 0) return "";
  return table(
    "Guesses at a login",
    "Two processes share the counts; one is killed and started again in the middle. Documented: the burst of `loginGuard()`, and what comes back of it while the attack goes on. The owner logs in afterwards, from a device that logged in before. Store failures: how often a process had to count by itself because the store came too late, as it does when another program keeps the disk from writing for a second.",
    ["store", "attack", "guesses", "reached the hash", "documented", "store failures", "owner logs in"],
    stores.map(
      ({ kind, scenario, guesses: sent, hashed, documented, storeFailures, ownerLogsIn, seconds }) => [
        kind,
        scenario,
        String(sent),
        String(hashed),
        `${documented.burst}, and at most ${documented.refilledAtMost} in ${seconds} s`,
        String(storeFailures),
        ownerLogsIn ? "yes" : "**no**",
      ],
    ),
  );
}

function inputs(): string {
  const found = read("hostile-inputs") as HostileCounts | undefined;
  if (found === undefined) return "";
  const { requests, channels, serverErrors, unanswered, hangs, withoutHeaderSet, filesLeft } = found;
  return table(
    "Generated bad inputs",
    `${requests} requests through ${Object.keys(channels).join(", ")}.`,
    ["answers 5xx", "unanswered", "hangs over 1 s", "without the header set", "files left"],
    [[serverErrors, unanswered, hangs, withoutHeaderSet, filesLeft].map(String)],
  );
}

function uploads(): string {
  const found = read("aborted-uploads") as Awaited<ReturnType<typeof abortUploads>> | undefined;
  if (found === undefined) return "";
  return table(
    "Aborted uploads",
    "Clients that go away before the part, in its head, in the first bytes of the file and in the middle of it.",
    ["uploads", "files left", "growth of the process", "of its heap in use"],
    [[String(found.uploads), String(found.orphans), `${found.rssGrowthMb} MB`, `${found.heapGrowthMb} MB`]],
  );
}

function broken(): string {
  const found = read("broken-requests") as Awaited<ReturnType<typeof breakRequests>> | undefined;
  if (found === undefined) return "";
  return table(
    "Requests that are cut off, or are none",
    `From ${found.addresses} addresses, in turn: ${found.kinds.join(", ")}. Measured after a collection, when all connections were over.`,
    ["requests", "heap", "resident", "handles", "descriptors", "files left"],
    found.held.map(({ requests, heapMb, rssMb, resources, descriptors, filesLeft }) => [
      String(requests),
      `${heapMb} MB`,
      `${rssMb} MB`,
      ...[resources, descriptors, filesLeft].map(String),
    ]),
  );
}

function bodies(): string {
  const found = read("refused-bodies") as
    | { readonly results: Awaited<ReturnType<typeof refuseBodies>> }
    | undefined;
  if (found === undefined) return "";
  return table(
    "Bodies refused at once",
    "From the first byte sent to the first received, on a connection of its own.",
    ["body", "bytes sent", "status", "fastest", "median", "goal"],
    found.results.map(({ title, bytesSent, statuses, fastestMs, medianMs, withinMs }) => [
      title,
      String(bytesSent),
      statuses.join(", "),
      `${fastestMs} ms`,
      `${medianMs} ms`,
      `${withinMs} ms`,
    ]),
  );
}

function keys(): string {
  const found = read("limiter-keys") as ReturnType<typeof manyKeys> | undefined;
  if (found === undefined) return "";
  return table(
    "Clients of a limit",
    "In memory, beyond `maxKeys` the one charged longest ago is forgotten.",
    ["clients", "remembered", "memory", "a client", "CPU a request"],
    [
      [
        String(found.keys),
        String(found.kept),
        `${found.heapMb} MB`,
        `${found.bytesPerKey} bytes`,
        `${found.cpuMicrosPerCharge} us`,
      ],
    ],
  );
}
