import { writeFileSync } from "node:fs";
import type { Counts } from "./counts.ts";
import { readResults, type Entry, type Part } from "./results.ts";
import type { RotationCounts } from "./rotation.ts";
import type { Measured, ScaleResult } from "./scale.ts";
import type { TroubleResult } from "./trouble.ts";

const PAGE = new URL("../../../docs/reference/faults-sessions.md", import.meta.url);

const HEAD = `# What sessions do under attack, at scale, and while their store fails

Written by \`npm run test:faults:sessions\` from test/faults/results; \`-- --help\` says how to run a part of it. Smaller counts of
the same run in \`npm test\`.
`;

/** Writes docs/reference/faults-sessions.md from what was measured last. */
export function writePage(): void {
  writeFileSync(
    PAGE,
    [HEAD, countsSection(), scaleSection(), troubleSection(), rotationSection()].join("\n"),
  );
}

function countsSection(): string {
  const rows = Object.entries(readResults("counts")).map(([store, entry]) => {
    const counts = entry.result as Counts;
    return [
      store,
      `${counts.revived} of ${counts.logoutRaces}`,
      `${counts.writesKept} of ${counts.writesMade}`,
      `${counts.fixationsSeen} of ${counts.fixations}`,
      `${counts.accepted} and ${counts.failed} of ${counts.forgedCookies}`,
      visitorsCell(counts),
    ];
  });
  const head = [
    "store",
    "logouts revived in a race",
    "parallel writes kept",
    "planted ids that see the login",
    "made-up cookies accepted, and answered with a 5xx",
    "visitors' GETs",
  ];
  return `## Attacks\n\n${table(head, rows)}\n${machines("counts")}`;
}

function visitorsCell({ anonymousGets, recordsMade, cookiesGiven, growthMb }: Counts): string {
  if (anonymousGets === 0) return "reach no store";
  return `${anonymousGets}: ${recordsMade} records, ${cookiesGiven} cookies, RSS + ${growthMb} MB`;
}

function scaleSection(): string {
  const rows = Object.entries(readResults("scale")).flatMap(([store, entry]) =>
    Object.entries((entry.result as ScaleResult).measured).map(([what, measured]) => [
      store,
      what,
      ...cells(measured),
    ]),
  );
  const head = ["store", "call", "1,000 stored", "1,000,000 stored", "ratio", "ratio of this process's CPU"];
  return `## A million sessions against a thousand

Median of rounds that alternate between both stores. "1,000 active": the same 1,000 sessions again and again, chosen at
random of all that are stored, as users are who are there at the same time. "any of all": other sessions in every round,
chosen at random of all; on SQLite after each was looked up once, as in a process that has run for a while. "right after another
process wrote" is without what SQLite keeps of the file in the process. Goal: a ratio of at most 1.3
([0200](../decisions/0200-the-pages-of-sqlite-follow-the-machine.md) says what the missing part is made of).

${table(head, rows)}
${machines("scale")}`;
}

function cells({ wall, cpu }: Measured): readonly string[] {
  return [`${wall.smallUs} us`, `${wall.largeUs} us`, String(wall.ratio), String(cpu.ratio)];
}

function troubleSection(): string {
  const results = Object.values(readResults("trouble")).flatMap((entry) => entry.result as TroubleResult[]);
  const rows = results.map(({ name, passed, notes }) => [
    name,
    passed ? "passed" : "FAILED",
    notes.join("; "),
  ]);
  return `## Outages and killed processes

Goals: every answer within a second, never as another user or as nobody, recovery within two seconds, and nothing lost that
was answered as saved.

${table(["test", "result", "measured"], rows)}
${machines("trouble")}`;
}

function rotationSection(): string {
  const rows = Object.entries(readResults("rotation")).flatMap(([store, entry]) =>
    (entry.result as readonly RotationCounts[]).map((counts) => [
      store,
      String(counts.processes),
      String(counts.requests),
      `${counts.lostSaves} of ${counts.answeredSaves}`,
      String(counts.loggedOut),
      String(counts.refusedForms),
      String(counts.oldKeyAccepted),
      `${counts.migrated} of ${counts.browsers}`,
      `${counts.misfitsRefused} of ${counts.misfits}`,
    ]),
  );
  if (rows.length === 0) return "";
  const head = [
    "store",
    "processes",
    "requests",
    "answered saves lost",
    "logged out",
    "open forms refused",
    "forms of the dropped key accepted",
    "sessions migrated by zod",
    "sessions refused that fit no more",
  ];
  return `## Keys rotated, releases deployed, processes and the store killed

Two deployments, process by process, while twelve browsers save through all of them: first a new key is put before the old one, then the old
one is dropped. In each the first process is ended by SIGKILL and the store is killed and started again. Every second browser sends no
\`Origin\`, so that its open form is all it can show. The session's data is validated by zod: a text becomes a list, and data that no longer
fits is refused and its owner starts anew.

${table(head, rows)}
${machines("rotation")}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function machines(part: Part): string {
  const lines = Object.entries(readResults(part)).map(lineOf);
  return `\n${lines.join("\n")}\n`;
}

function lineOf([store, { command, date, node, cpu, loadAverage }]: readonly [string, Entry]): string {
  return `- ${store}: \`${command}\`, ${date} UTC, Node ${node}, ${cpu}, load ${loadAverage ?? "not noted"}`;
}
