import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { record } from "../files/paths.ts";
import { startGroup, type ProcessGroup } from "../processes/group.ts";
import { lastWords } from "../report/last-words.ts";
import { STARTS_WORKERS } from "./child/cluster.ts";
import type { StackApp } from "./facts.ts";

export type Inspected =
  | { readonly ok: true; readonly app: StackApp }
  | { readonly ok: false; readonly reason: string };

const CHILD = new URL(import.meta.url.endsWith(".ts") ? "child/main.ts" : "child/main.js", import.meta.url);
const EXTENSIONS = ["", ".js", ".ts", ".mjs", ".mts", ".cjs", ".cts", "/index.js", "/index.ts"];
/** The child keeps the limit itself, unless the app never lets it. */
const GRACE_MS = 1_000;
/** A busy machine takes its time to start a process; that does not count against the app. */
const START_MS = 30_000;
const MAX_BYTES = 50_000_000;
const LAST_WORDS_MS = 30;
const LINE_END = 10;

/** Loads an app in a process of its own and reads its middleware stack. Never throws for what the app does. */
export async function inspectApp(root: string, module: string, timeoutMs: number): Promise<Inspected> {
  const file = EXTENSIONS.map((one) => resolve(root, module) + one).find(
    (path) => existsSync(path) && statSync(path).isFile(),
  );
  if (file === undefined) return { ok: false, reason: "there is no such file" };
  const inspected = await inspectAs([], file, root, timeoutMs);
  return !inspected.ok && inspected.reason === STARTS_WORKERS
    ? inspectAs(["worker"], file, root, timeoutMs)
    : inspected;
}

function inspectAs(
  role: readonly string[],
  file: string,
  root: string,
  timeoutMs: number,
): Promise<Inspected> {
  const group = startGroup(
    process.execPath,
    [...forwarded(process.execArgv), fileURLToPath(CHILD), file, root, String(timeoutMs), ...role],
    {
      cwd: root,
      stdio: ["ignore", "ignore", "pipe", "pipe"],
      env: { NODE_ENV: "production", ...process.env },
    },
  );
  return outcome(group, timeoutMs);
}

/** Flags that change how modules are found or read hold for the app too; those of a test run do not. */
function forwarded(flags: readonly string[]): readonly string[] {
  return [
    "--no-warnings",
    ...flags.filter(
      (one) =>
        /^(?:--conditions=|-C=|--experimental-|--import=|--require=|--env-file)/.test(one) &&
        !/test|coverage/.test(one),
    ),
  ];
}

async function outcome(group: ProcessGroup, timeoutMs: number): Promise<Inspected> {
  const { child } = group;
  const errors = collect(child.stderr as Readable, 4_000);
  const answer = collect(child.stdio[3] as Readable, MAX_BYTES);
  return new Promise<Inspected>((done) => {
    const finish = (inspected: Inspected): void => {
      clearTimeout(timer);
      done(inspected);
      void group.stop();
    };
    const giveUp = (): void => {
      finish({
        ok: false,
        reason: `the app did not finish loading within ${String(timeoutMs / 1000)} s, and does not let go of the processor`,
      });
    };
    let timer = setTimeout(giveUp, timeoutMs + START_MS);
    child.stdio[3]?.once("data", () => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, timeoutMs + GRACE_MS);
    });
    child.stdio[3]?.on("data", (chunk: Buffer) => {
      const isWhole = chunk.at(-1) === LINE_END && parsed(answer()) !== undefined;
      // What the app printed before comes by another way.
      if (isWhole)
        setTimeout(() => {
          finish(read(answer(), 0, null, errors()));
        }, LAST_WORDS_MS);
    });
    child.once("error", (error) => {
      finish({ ok: false, reason: `the process for the app could not be started: ${error.message}` });
    });
    child.once("close", (code, signal) => {
      finish(read(answer(), code, signal, errors()));
    });
  });
}

/** What the child answered; `undefined` when it is no answer: the app can write there, too. */
function parsed(text: string): Inspected | undefined {
  try {
    const answer = record(JSON.parse(text));
    const isAnswer =
      answer?.["ok"] === true ? record(answer["app"]) !== undefined : typeof answer?.["reason"] === "string";
    return isAnswer ? (answer as unknown as Inspected) : undefined;
  } catch {
    return undefined;
  }
}

function collect(stream: Readable, limit: number): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString("utf8");
}

function read(text: string, code: number | null, signal: string | null, errors: string): Inspected {
  const said = lastWords(errors);
  const because = said === "" ? "" : `: ${said}`;
  const inspected = parsed(text);
  if (inspected === undefined)
    return {
      ok: false,
      reason: `the app ended its process (${signal ?? `code ${String(code)}`}) while it loaded${because}`,
    };
  // What the app itself printed before it gave up is the better half of the reason.
  return inspected.ok || !/process\.exit|ended without/.test(inspected.reason)
    ? inspected
    : { ok: false, reason: inspected.reason + because };
}
