import cluster, { type Worker } from "node:cluster";
import {
  AggregatorRegistry,
  type MetricObjectWithValues,
  type MetricValue,
  type Registry,
} from "prom-client";

type Snapshot = MetricObjectWithValues<MetricValue<string>>[];

interface Question {
  readonly metrics: "asked";
  readonly round: number;
}

interface Reply {
  readonly metrics: "told";
  readonly round: number;
  readonly snapshot: Snapshot;
}

/** A worker that has not answered by then counts as it did when it was asked last. */
const PATIENCE_MS = 1000;
const CHECK_MS = 10;

/** In a worker: tells the primary what this process has counted, whenever it asks. */
export function answerPrimary(registry: Registry): void {
  process.on("message", (message: unknown) => {
    if (!isQuestion(message)) return;
    void registry.getMetricsAsJSON().then((snapshot) => {
      const reply: Reply = { metrics: "told", round: message.round, snapshot };
      if (process.connected) process.send?.(reply, undefined, {}, () => undefined);
    });
  });
}

/**
 * In the primary: the sum over all workers, and over those that are gone.
 *
 * prom-client's own sum waits five seconds for a worker whose loop stands still and then fails, just when somebody needs
 * the numbers; and it forgets a worker that was replaced, which Prometheus takes for a counter that began anew.
 */
export class WorkerMetrics {
  readonly #own: Registry;
  readonly #last = new Map<number, Reply>();
  #departed: Snapshot = [];
  #round = 0;

  constructor(own: Registry) {
    this.#own = own;
    cluster.on("message", (worker, message: unknown) => {
      if (isReply(message)) this.#last.set(worker.id, message);
    });
    cluster.on("exit", (worker) => void this.#bury(worker.id));
  }

  /** What Prometheus reads. */
  async text(): Promise<string> {
    const asked = this.#ask();
    const deadline = performance.now() + PATIENCE_MS;
    while (!asked.every((id) => this.#hasAnswered(id)) && performance.now() < deadline)
      // oxlint-disable-next-line no-await-in-loop -- until all have answered or the time is up
      await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
    const own = await this.#own.getMetricsAsJSON();
    const told = [...this.#last.values()].map(({ snapshot }) => snapshot);
    return sum([own, ...told, this.#departed]).metrics();
  }

  #ask(): readonly number[] {
    this.#round += 1;
    const question: Question = { metrics: "asked", round: this.#round };
    const workers = Object.values(cluster.workers ?? {}).filter(
      (worker): worker is Worker => worker?.isConnected() === true,
    );
    // A worker that is just dying is told by "exit".
    for (const worker of workers) worker.send(question, () => undefined);
    return workers.map(({ id }) => id);
  }

  #hasAnswered(id: number): boolean {
    return this.#last.get(id)?.round === this.#round || cluster.workers?.[id]?.isConnected() !== true;
  }

  /** Counts stay; memory, delays and other states of a process go with it. */
  async #bury(id: number): Promise<void> {
    const counts = this.#last.get(id)?.snapshot.filter(({ type }) => isCount(String(type))) ?? [];
    this.#last.delete(id);
    this.#departed = await sum([this.#departed, counts]).getMetricsAsJSON();
  }
}

function sum(snapshots: Snapshot[]): Registry {
  return AggregatorRegistry.aggregate(snapshots);
}

function isCount(type: string): boolean {
  return type === "counter" || type === "histogram";
}

function isQuestion(message: unknown): message is Question {
  return message instanceof Object && "metrics" in message && message.metrics === "asked";
}

function isReply(message: unknown): message is Reply {
  return message instanceof Object && "metrics" in message && message.metrics === "told";
}
