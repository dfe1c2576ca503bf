import { writeSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { withoutSecrets } from "../../report/last-words.ts";
import type { StackApp } from "../facts.ts";
import { openEngine } from "./closures.ts";
import { callerBelow } from "./caller.ts";
import { poseAsWorker, STARTS_WORKERS, watchForWorkers } from "./cluster.ts";
import { findApp, uncalledFactory } from "./find-app.ts";
import { forbidListening } from "./guard.ts";
import { readApp } from "./read-stack.ts";
import { traceMounts } from "./trace.ts";

/**
 * Runs in a process of its own: loads the app without letting it listen, and writes what it is made of to descriptor 3.
 * Arguments: the module, the root of the project, the time it may take in milliseconds, and "worker" for one of a cluster.
 */
const [file = "", root = dirname(file), limit = "15000", role] = process.argv.slice(2);
// An app that takes a settings file as its first argument would read its own module as one.
process.argv.splice(1, process.argv.length, file);
const exit = process.exit.bind(process);
// The app may replace what the answer is written with.
const { stringify } = JSON;
const toBytes = Buffer.from.bind(Buffer);
// The start of this process is over: from here on the time counts against the app. JSON may begin with a space.
writeSync(3, " ");
const guard = forbidListening();
const tracer = traceMounts(root);
let isLoading = true;
let isReading = false;

type Message =
  | { readonly ok: true; readonly app: StackApp }
  | { readonly ok: false; readonly reason: string };

let isDone = false;
const WAIT_MS = 2_000;

function answer(message: Message): never {
  if (!isDone) {
    isDone = true;
    const bytes = toBytes(`${stringify(message)}\n`, "utf8");
    for (let sent = 0; sent < bytes.length;) sent += writeSync(3, bytes, sent);
    // Whoever asked ends this process with all it started: once it has ended, nobody can tell what that was.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
  }
  return exit(0);
}

function fail(reason: string): never {
  return answer({ ok: false, reason });
}

/** Messages may quote connection strings. */
function textOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return withoutSecrets(text.split("\n")[0] ?? "").slice(0, 300);
}

function exited(code?: number | string | null): never {
  const at = callerBelow(root);
  const where = at === undefined ? "" : ` (${at.file.slice(root.length + 1)}:${String(at.line)})`;
  return fail(`the app calls process.exit(${String(code ?? process.exitCode ?? 0)}) while it loads${where}`);
}

if (role === "worker") poseAsWorker();
else watchForWorkers(() => fail(STARTS_WORKERS));
process.exit = exited;
process.on("uncaughtException", (error) => {
  if (!isReading) fail(`the app throws while it loads: ${textOf(error)}`);
});
process.on("unhandledRejection", (error) => {
  if (!isReading) fail(`the app fails while it loads: ${textOf(error)}`);
});
const WAITS = "the app waits at its top level for something that never comes";

process.on("beforeExit", () => {
  void finish(isLoading ? WAITS : "the module exports no Express app, and ended without listening");
});

process.on("exit", () => {
  fail(WAITS);
});

const timer = setTimeout(() => {
  void finish(
    isLoading
      ? `the app did not finish loading within ${String(Number(limit) / 1000)} s`
      : "the module exports no Express app and does not listen",
  );
}, Number(limit));
// Nothing else to wait for: the app has ended by itself.
timer.unref();

let exported: unknown;

/** Reads the app when there is one; otherwise this is the reason why there is nothing to read. */
async function finish(otherwise: string | undefined): Promise<void> {
  if (isReading) return;
  try {
    const app = await findApp(exported, guard, {
      apps: tracer.apps,
      isSettled: otherwise !== undefined,
    });
    if (app === undefined) {
      if (otherwise !== undefined) fail(withHint(otherwise));
      return;
    }
    isReading = true;
    isLoading = false;
    clearTimeout(timer);
    // What the app does right after asking to listen still belongs to its set-up.
    await new Promise((resolve) => setTimeout(resolve, 30));
    answer({ ok: true, app: await readApp(app, openEngine(), tracer, guard.servers.length > 0, true) });
  } catch (error) {
    fail(textOf(error));
  }
}

function withHint(reason: string): string {
  const hint = uncalledFactory(exported);
  return hint === undefined ? reason : `${reason} (${hint})`;
}

guard.onListen(() => {
  void finish(undefined);
});

try {
  exported = await import(pathToFileURL(file).href);
} catch (error) {
  fail(`the app throws while it loads: ${textOf(error)}`);
}
isLoading = false;
await finish(undefined);
