import cluster from "node:cluster";
import { createApp } from "./app.ts";
import { UPLOAD_SECONDS } from "./attachments/limits.ts";
import type { Config } from "./config/config.ts";
import { listenOptionsOf } from "./config/listen-options.ts";
import { createLogger } from "./logging/logger.ts";
import { createMetrics } from "./metrics/metrics.ts";
import { publishMetrics } from "./metrics/publish.ts";
import { openStorage } from "./storage/storage.ts";
import { confineWorkers } from "./workers.ts";

/**
 * Opens the stores, puts the application together and serves it.
 *
 * @throws {Error} whatever is wrong with a store, a page or a place to listen: the start ends there
 */
export async function start(config: Config): Promise<void> {
  const logger = createLogger(config.logLevel);
  const storage = await openStorage(config, logger);
  const metrics = config.metrics === undefined ? undefined : createMetrics();
  const { secure, close } = createApp(config, {
    logger,
    ...storage,
    ...(metrics && { metrics }),
    // Counted once for all who share the work, and not once for each of them.
    ...(isShared(config) && { limit: { store: storage.limitStore } }),
  });
  confineWorkers();
  let stopMetrics = nothing;
  const server = await secure.listen({
    ...listenOptionsOf(config),
    // As long as the form with files may take; every other body is small.
    requestTimeoutMs: UPLOAD_SECONDS * 1000,
    onClose: async () => {
      close();
      stopMetrics();
      await storage.close();
    },
  });
  if (config.metrics && metrics) stopMetrics = await publishMetrics(config.metrics, metrics, logger);
  if (process.getuid?.() === 0) logger.warn({ event: "server.root" }, "serving as root: set RUN_AS_USER");
  logger.info({ event: "server.started", address: server.url }, "listening");
  if (cluster.isPrimary) process.stderr.write(`\n  Hauberk's skeleton is ready: ${config.origins[0]}\n\n`);
}

function isShared({ workers, databaseUrl, redisUrl }: Config): boolean {
  return workers !== undefined || databaseUrl !== undefined || redisUrl !== undefined;
}

function nothing(): void {
  // Nobody asked for metrics.
}
