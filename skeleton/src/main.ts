import { ConfigError } from "hauberk/errors";
import { createApp } from "./app.ts";
import { UPLOAD_SECONDS } from "./attachments/limits.ts";
import type { Config } from "./config/config.ts";
import { loadConfig } from "./config/load.ts";
import { SettingsError } from "./config/problem.ts";
import { createLogger } from "./logging/logger.ts";
import { openStorage } from "./storage/storage.ts";
import { ViewsError } from "./views/problem.ts";

try {
  // Another settings file than .env may be named: node src/main.ts /etc/app/settings.env
  await start(loadConfig(process.argv[2]));
} catch (error) {
  // The operator reads the message; a stack says nothing more about a wrong setting.
  process.stderr.write(`${isExpected(error) ? error.message : describe(error)}\n`);
  process.exit(1);
}

async function start(config: Config): Promise<void> {
  const logger = createLogger(config.logLevel);
  const { db, sessionStore, limitStore, uploadsDirectory } = await openStorage(config);
  const { secure, close } = createApp(config, { logger, db, sessionStore, limitStore, uploadsDirectory });
  const server = await secure.listen({
    port: config.port,
    host: config.host,
    // As long as the form with files may take; every other body is small.
    requestTimeoutMs: UPLOAD_SECONDS * 1000,
    insecureServeAsRoot: config.insecureServeAsRoot && config.runAs === undefined,
    onClose: async () => {
      close();
      await limitStore.close?.();
      await db.destroy();
    },
    ...definedOnly({ tls: config.tls, user: config.runAs?.user, group: config.runAs?.group }),
  });
  if (process.getuid?.() === 0) logger.warn({ event: "server.root" }, "serving as root: set RUN_AS_USER");
  logger.info({ event: "server.started", address: server.url }, "listening");
  process.stderr.write(`\n  Hauberk's skeleton is ready: ${config.origins[0]}\n\n`);
}

function isExpected(error: unknown): error is Error {
  return error instanceof SettingsError || error instanceof ConfigError || error instanceof ViewsError;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function definedOnly<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}
