import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Express } from "express";
import type { SessionStore } from "hauberk/session";
import { memoryStore } from "hauberk/session/memory";
import type { Kysely } from "kysely";
import { createApp, type Dependencies } from "../app.ts";
import { createAttachments } from "../attachments/attachments.ts";
import { sweepOrphans } from "../attachments/files.ts";
import { type Config, readConfig } from "../config/config.ts";
import { migrate } from "../database/migrations.ts";
import { openDatabase } from "../database/open.ts";
import type { Schema } from "../database/schema.ts";
import { createLogger } from "../logging/logger.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { createPasswords } from "../passwords/passwords.ts";
import { freePort } from "../../../test/support/free-port.ts";
import { type Visitor, createVisitor } from "./visitor.ts";

export interface RunningApp {
  readonly origin: string;
  readonly db: Kysely<Schema>;
  readonly sessionStore: SessionStore;
  /** Everything logged so far, one JSON object a line. */
  readonly log: () => string;
  /** @param address where he seems to come from; believed when the app has a proxy in front. */
  readonly visitor: (address?: string) => Visitor;
  /** A visitor with a fresh account, logged in. */
  readonly user: (email: string) => Promise<Visitor>;
  /** The folder of attached files. */
  readonly uploads: string;
  readonly sweepOrphans: () => Promise<number>;
  readonly close: () => Promise<void>;
}

export interface RunningAppOptions {
  readonly guesses?: Dependencies["guesses"];
  readonly proxy?: Config["proxy"];
  readonly metrics?: Metrics;
  readonly insecureOpenReports?: boolean;
}

export const PASSWORD = "quiet otter maps tundra";

/** The whole application on a free port, with its databases in memory and cheap password hashes. */
export async function startApp(
  addRoutes: (app: Express) => void = () => {},
  options: RunningAppOptions = {},
): Promise<RunningApp> {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const db = openDatabase(":memory:");
  await migrate(db);
  const sessionStore = memoryStore({ maxEntries: 1_000 });
  const uploads = mkdtempSync(join(tmpdir(), "skeleton-uploads-"));
  let log = "";
  const logger = createLogger("debug", { write: (line) => void (log += line) });
  const application = createApp(
    {
      ...configFor(port, origin),
      proxy: options.proxy ?? "none",
      insecureOpenReports: options.insecureOpenReports ?? false,
    },
    {
      logger,
      db,
      sessionStore,
      uploadsDirectory: uploads,
      passwords: createPasswords({ parameters: { memoryKiB: 64, passes: 1, parallelism: 1 } }),
      limit: { limit: 100_000, burst: 100_000 },
      guesses: { perAddress: 100_000, everybody: 100_000, ...options.guesses },
      addRoutes,
      ...(options.metrics && { metrics: options.metrics }),
    },
  );
  const server = await application.secure.listen({
    port,
    host: "127.0.0.1",
    handleSignals: false,
    // Tests may run as root in a container; nothing but this process can reach the port.
    insecureServeAsRoot: true,
  });

  return {
    origin,
    db,
    sessionStore,
    log: () => log,
    uploads,
    sweepOrphans: () => sweepOrphans(uploads, createAttachments(db), logger),
    visitor: (address) => createVisitor(origin, address),
    async user(email) {
      const visitor = createVisitor(origin);
      await visitor.submit("/signup", "/signup", { email, password: PASSWORD });
      await visitor.submit("/login", "/login", { email, password: PASSWORD });
      return visitor;
    },
    async close() {
      await server.close();
      application.close();
      await db.destroy();
      rmSync(uploads, { recursive: true, force: true });
    },
  };
}

function configFor(port: number, origin: string): Config {
  const settings = {
    PORT: String(port),
    ORIGIN: origin,
    APP_SECRETS: "q5Zr0m2Xc8vYH1tKfLw7BnJ3dPsEuGiA9oRyTxMzQk4",
    LOG_LEVEL: "debug",
  };
  return { ...readConfig("", settings), dataDirectory: ":memory:" };
}
