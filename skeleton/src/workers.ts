import cluster from "node:cluster";

/**
 * Takes from the workers the one right that Node's permission model has to give their primary: starting processes.
 *
 * The primary never reads a byte of a request; whoever takes over a worker must not be able to run a program.
 */
export function confineWorkers(): void {
  if (!cluster.isPrimary) return;
  cluster.setupPrimary({ execArgv: process.execArgv.filter((flag) => flag !== "--allow-child-process") });
}
