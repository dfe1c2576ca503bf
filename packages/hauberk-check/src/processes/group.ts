import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { processesWith, readProcesses } from "./table.ts";

/** A process together with everything it starts. */
export interface ProcessGroup {
  readonly child: ChildProcess;
  /** Asks all of it to end, and makes it after `graceMs`. Safe to call twice. */
  readonly stop: (graceMs?: number) => Promise<void>;
}

const LOOK_EVERY_MS = 25;
/** What is started, and the mark that all it starts inherits: a daemon leaves its parent and its group. */
const RUNNING = new Map<ChildProcess, string>();
const MARK = "HAUBERK_CHECK_STARTED";
const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Starts a process in a group of its own, so that it can be stopped with all it started: npm starts a shell that starts
 * node. A group of its own also hears no Ctrl-C, so whoever ends this process ends the groups first.
 */
export function startGroup(command: string, args: readonly string[], options: SpawnOptions): ProcessGroup {
  const mark = randomUUID();
  const child = spawn(command, [...args], {
    ...options,
    env: { ...(options.env ?? process.env), [MARK]: mark },
    detached: process.platform !== "win32",
  });
  if (RUNNING.size === 0) watchSignals();
  RUNNING.set(child, mark);
  const release = (): void => {
    RUNNING.delete(child);
    if (RUNNING.size === 0) ignoreSignals();
  };
  return {
    child,
    stop: async (graceMs = 0) => {
      if (!RUNNING.has(child)) return;
      // Asked before the parents die: orphans belong to nobody.
      const strays = straysOf(child, mark);
      if (graceMs > 0) {
        signal(child, strays, "SIGTERM");
        await ended(child, graceMs);
      }
      signal(child, [...strays, ...marked(mark)], "SIGKILL");
      release();
    },
  };
}

function killAll(): void {
  for (const [child, mark] of RUNNING) signal(child, straysOf(child, mark), "SIGKILL");
  RUNNING.clear();
}

function onSignal(name: NodeJS.Signals): void {
  killAll();
  ignoreSignals();
  // Ends this process the way it would have ended without the groups: shells look at the signal.
  process.kill(process.pid, name);
}

function watchSignals(): void {
  process.on("exit", killAll);
  for (const name of SIGNALS) process.on(name, onSignal);
}

function ignoreSignals(): void {
  process.off("exit", killAll);
  for (const name of SIGNALS) process.off(name, onSignal);
}

async function ended(child: ChildProcess, withinMs: number): Promise<void> {
  for (let waited = 0; waited < withinMs && isAlive(child); waited += LOOK_EVERY_MS)
    await sleep(LOOK_EVERY_MS);
}

const isAlive = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

function signal(child: ChildProcess, strays: readonly number[], name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  if (process.platform === "win32") {
    child.kill(name);
    return;
  }
  for (const pid of [-child.pid, ...strays]) {
    try {
      process.kill(pid, name);
    } catch {
      // Gone already.
    }
  }
}

const marked = (mark: string): readonly number[] => processesWith(`${MARK}=${mark}`);

const straysOf = (child: ChildProcess, mark: string): readonly number[] => [
  ...new Set([...descendantsOf(child.pid), ...marked(mark)]),
];

/** What the process started and what that started, also outside its group (`setsid`, `detached`). */
function descendantsOf(root: number | undefined): readonly number[] {
  if (root === undefined || process.platform === "win32") return [];
  const children = Map.groupBy(readProcesses(), ({ parent }) => parent);
  const found = new Set<number>();
  for (let next: readonly number[] = [root]; next.length > 0;) {
    next = next.flatMap((pid) => (children.get(pid) ?? []).map(({ id }) => id));
    next = next.filter((pid) => !found.has(pid));
    for (const pid of next) found.add(pid);
  }
  return [...found];
}
