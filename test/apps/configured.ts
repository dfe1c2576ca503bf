// Starts one Hauberk application exactly as a user would, with the configuration of one test row: no try, no catch.
import express from "express";
import { hauberk } from "hauberk";
import { memoryStore } from "hauberk/session/memory";
import { sqliteStore } from "hauberk/session/sqlite";

/** What differs from a good configuration. JSON has no `undefined`: null takes an option away. */
export interface Configuration {
  readonly options?: Readonly<Record<string, unknown>>;
  readonly session?: Readonly<Record<string, unknown>>;
  readonly listen?: Readonly<Record<string, unknown>>;
  readonly sqliteFile?: string;
  readonly setup?: "route-before" | "middleware-before" | "twice" | "router-instead-of-app";
}

const [text = "{}"] = process.argv.slice(2);
const { options = {}, session = {}, listen = {}, sqliteFile, setup } = JSON.parse(text) as Configuration;

const app = setup === "router-instead-of-app" ? (express.Router() as unknown as express.Express) : express();
if (setup === "route-before") app.get("/", (_req, res) => void res.send("unprotected"));
if (setup === "middleware-before") app.use((_req, _res, next) => next());

const store = sqliteFile === undefined ? memoryStore({ maxEntries: 10 }) : sqliteStore({ file: sqliteFile });
const merged = {
  origins: ["https://app.example"],
  secrets: ["4b1f7a90c2d6e8835d0a9f1b6c7e24d8a3f5"],
  session: { store, ...session },
  ...options,
};
const given = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
const secure = hauberk(app, given as unknown as Parameters<typeof hauberk>[1]);
if (setup === "twice") hauberk(app, given as unknown as Parameters<typeof hauberk>[1]);

await secure.listen({ host: "127.0.0.1", ...listen } as Parameters<typeof secure.listen>[0]);
