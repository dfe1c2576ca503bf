import type { ChildProcess } from "node:child_process";

const children = new Set<ChildProcess>();

function endAll(): void {
  for (const child of children) child.kill("SIGKILL");
}

process.once("exit", endAll);
// A file that breaks off before its first test: the runner ends the process then without "exit", and runs no `after`.
process.on("uncaughtExceptionMonitor", endAll);

/** Ends a process with this one at the latest, however this one ends by itself. */
export function endWithUs<Child extends ChildProcess>(child: Child): Child {
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}
