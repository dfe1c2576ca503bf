import cluster from "node:cluster";
import { EventEmitter } from "node:events";
import { syncBuiltinESMExports } from "node:module";

/** The reason of a process that would have started others to do its work. */
export const STARTS_WORKERS = "the app leaves its work to a cluster";

/** Calls `tell` instead of starting a worker. */
export function watchForWorkers(tell: () => never): void {
  cluster.fork = tell;
  syncBuiltinESMExports();
}

/** Makes this process what the app takes for one of its workers: that is where it sets its routes up. */
export function poseAsWorker(): void {
  const worker = Object.assign(new EventEmitter(), {
    id: 1,
    process,
    send: () => true,
    isConnected: () => true,
    isDead: () => false,
  });
  Object.assign(cluster, { isPrimary: false, isMaster: false, isWorker: true, worker, fork: undefined });
  if (!("send" in process)) Object.assign(process, { send: () => true });
  syncBuiltinESMExports();
}
