import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Application, RequestHandler } from "express";
import { createClient } from "redis";
import { session, type SessionStore } from "hauberk/session";
import { memoryStore } from "hauberk/session/memory";
import { redisStore } from "hauberk/session/redis";
import { sqliteStore } from "hauberk/session/sqlite";

type ExpressSession = ((options: object) => RequestHandler) & { readonly MemoryStore: new () => object };
type StoreClass = new (options: object) => object;

/** Without their types: those would put another `session` on every request. */
const require = createRequire(import.meta.url);
const expressSession = require("express-session") as ExpressSession;
const { RedisStore: ConnectRedis } = require("connect-redis") as { readonly RedisStore: StoreClass };
const SqliteStore = (require("better-sqlite3-session-store") as (of: ExpressSession) => StoreClass)(
  expressSession,
);

/** Puts one kind of session on an app; the route after it reads and sets `req.session.userName`. */
type Mount = (app: Application) => void | Promise<void>;

function hauberkWith(open: () => SessionStore | Promise<SessionStore>): Mount {
  // A machine that is busy with something else must not end the run.
  return async (app) => void app.use(session({ store: await open(), storeTimeoutMs: 30_000 }));
}

/** As its README has it for production, but for `secure`, which would need https here. */
function expressSessionWith(open: () => object | Promise<object>): Mount {
  return async (app) => {
    const secret = randomBytes(32).toString("hex");
    app.use(expressSession({ store: await open(), secret, resave: false, saveUninitialized: false }));
  };
}

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "hauberk-session-cost-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "sessions.sqlite");
}

async function redis() {
  return createClient({ url: process.env["BENCH_REDIS"] ?? "" }).connect();
}

/** What is compared; each runs in a process of its own. */
export const VARIANTS: Readonly<Record<string, Mount>> = {
  "no session": () => undefined,
  "Hauberk, memory": hauberkWith(() => memoryStore()),
  "express-session, memory": expressSessionWith(() => new expressSession.MemoryStore()),
  "Hauberk, SQLite": hauberkWith(() => sqliteStore({ file: newFile() })),
  "express-session, better-sqlite3-session-store on node:sqlite": expressSessionWith(() => {
    const client = new DatabaseSync(newFile());
    // As Hauberk's file is opened; its own default waits for the disk with every request.
    client.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    return new SqliteStore({ client });
  }),
  "Hauberk, Redis": hauberkWith(async () => redisStore({ client: await redis() })),
  "express-session, connect-redis": expressSessionWith(
    async () => new ConnectRedis({ client: await redis() }),
  ),
};
