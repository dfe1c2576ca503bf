import cluster from "node:cluster";
import type { Logger } from "pino";
import { type MetricsPlace, serveMetrics } from "./listener.ts";
import type { Metrics } from "./metrics.ts";
import { WorkerMetrics, answerPrimary } from "./workers.ts";

/**
 * Makes the metrics readable: a worker tells its primary, the primary or the only process opens the port.
 *
 * @returns a function that stops it
 */
export async function publishMetrics(
  place: MetricsPlace,
  { registry }: Metrics,
  logger: Logger,
): Promise<() => void> {
  if (cluster.isWorker) {
    answerPrimary(registry);
    return () => undefined;
  }
  const workers = new WorkerMetrics(registry);
  const source = { contentType: registry.contentType, text: () => workers.text() };
  const server = await serveMetrics(place, source, logger);
  return () => {
    server.close();
    server.closeAllConnections();
  };
}
