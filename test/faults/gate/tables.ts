import { join } from "node:path";
import { run } from "node:test";

const ROOT = join(import.meta.dirname, "../../..");

interface Table {
  readonly title: string;
  readonly files: readonly string[];
  /** Which of their tests are rows of it. */
  readonly rows: RegExp;
  readonly goal: number;
}

/** The tables an attack, or an honest user, is a row of. All of them run in `npm test` too. */
const TABLES: readonly Table[] = [
  {
    title: "facts about a request, and whether it is forged",
    files: ["packages/hauberk/src/csrf/decide.test.ts"],
    rows: /, \{.*\}: (?:pass|refuse|undecided)/,
    goal: 150,
  },
  {
    title: "poisoned hosts, refused",
    files: ["packages/hauberk/src/origin/decide.test.ts"],
    rows: /^lets nobody in with a Host/,
    goal: 60,
  },
  {
    title: "forwarding headers of the wrong peer, of another kind, or malformed: refused or ignored",
    files: ["packages/hauberk/src/origin/forwarded.test.ts", "test/attacks/hosts.test.ts"],
    rows: /^(?:refuses Forwarded|believes nothing of)/,
    goal: 25,
  },
  {
    title: "attacks of other origins in a real Chromium: nothing accepted",
    files: ["test/browser/forgery.test.ts", "test/browser/cross-origin.test.ts"],
    rows: /./,
    goal: 12,
  },
  {
    title: "what people do all day, in a real Chromium: nothing refused",
    files: ["test/browser/everyday.test.ts", "test/browser/own-pages.test.ts"],
    rows: /^(?!another origin|.*refused)/,
    goal: 30,
  },
];

/** What running one table came to. */
export interface TableCounts {
  readonly title: string;
  readonly files: string;
  readonly goal: number;
  readonly passed: number;
  readonly failed: readonly string[];
}

/** Runs the tables as `npm test` does, and counts their rows. */
export async function countTables(): Promise<readonly TableCounts[]> {
  const counted: TableCounts[] = [];
  for (const table of TABLES) counted.push(await countRows(table));
  return counted;
}

async function countRows({ title, files, rows, goal }: Table): Promise<TableCounts> {
  const events = run({
    files: files.map((file) => join(ROOT, file)),
    execArgv: ["--conditions=source"],
    cwd: ROOT,
    concurrency: false,
  });
  let passed = 0;
  const failed: string[] = [];
  for await (const { type, data } of events as AsyncIterable<{ type: string; data: { name?: string } }>) {
    const { name = "" } = data;
    if (type === "test:fail") failed.push(name);
    if (type === "test:pass" && rows.test(name) && !files.some((file) => name.endsWith(file))) passed += 1;
  }
  return { title, files: files.join(", "), goal, passed, failed };
}
