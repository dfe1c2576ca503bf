import cluster from "node:cluster";
import { execFileSync } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { chownSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import express from "express";
import "../../src/express.ts";
import { hauberk } from "../../src/hauberk.ts";
import { onSecurityEvent } from "../../src/events/index.ts";
import { liveness, readiness } from "../../src/server/index.ts";
import { sqliteLimitStore } from "../../src/limit/sqlite.ts";
import { memoryStore } from "../../src/session/memory.ts";
import { sqliteStore } from "../../src/session/sqlite.ts";
import type { AppOptions } from "./harness.ts";

if (cluster.isWorker && process.env["HAUBERK_TEST_WORKER_FAILS"] === "1")
  throw new Error("the database is not there");

const { listen, origins, proxy, folder, limit, lifetimes } = JSON.parse(
  process.argv[2] ?? "{}",
) as AppOptions;

const app = express();
const secure = hauberk(app, {
  origins: origins ?? [`http://localhost:${Number(listen["port"] ?? 3000)}`],
  secrets: ["0b7d2f0c5f6a4f1d9b3e8c7a6d5e4f3a2b1c0d9e8f7a6b5c"],
  session: {
    store: folder === undefined ? memoryStore() : sqliteStore({ file: shared("sessions.sqlite") }),
    ...lifetimes,
  },
  limit:
    limit !== undefined && folder !== undefined
      ? {
          limit,
          windowSeconds: 3600,
          burst: limit,
          store: sqliteLimitStore({ file: shared("limits.sqlite"), busyTimeoutMs: 5000 }),
        }
      : false,
  ...(proxy === undefined ? {} : { proxy: proxy as "loopback" }),
});

app.get("/", (_req, res) => void res.send("ok"));
app.get("/pid", (_req, res) => void res.send(String(process.pid)));
app.get("/who", (req, res) => void res.json({ address: req.clientAddress, scheme: req.scheme }));
// Whoever sees the line on standard output knows that the request is in the hands of this process.
const tellHeld = (): void => void process.stdout.write("holds a request\n");
app.get("/slow", (req, res) => {
  tellHeld();
  setTimeout(() => res.send("slow"), Number(req.query["ms"] ?? 300));
});
const shutdown = new EventEmitter();
const draining = once(shutdown, "begins");
/** Answered only some time after the server began to end. */
app.get("/held", (req, res) => {
  tellHeld();
  void draining.then(() => setTimeout(() => res.send("held"), Number(req.query["ms"] ?? 300)));
});
app.get("/block", (req, res) => {
  tellHeld();
  const until = performance.now() + Number(req.query["ms"] ?? 1000);
  while (performance.now() < until);
  res.send("blocked");
});
const large = Buffer.alloc(1_000_000, "x");
app.get("/large", (_req, res) => void res.end(large));
app.get("/throw", (_req, res) => {
  res.send("thrown");
  setTimeout(() => {
    throw new Error("thrown in a timer");
  });
});
app.get("/reject", (_req, res) => {
  res.send("rejected");
  void Promise.reject(new Error("rejected in the background"));
});
const hoard: Buffer[] = [];
app.get("/leak", (req, res) => {
  hoard.push(Buffer.alloc(Number(req.query["mb"] ?? 10) * 1_000_000, 1));
  res.send("leaked");
});
app.get("/privileges", (_req, res, next) => {
  probePrivileges().then((result) => res.json(result), next);
});
app.get("/count", (req, res) => {
  const count = Number(Reflect.get(req.session, "count") ?? 0) + 1;
  Reflect.set(req.session, "count", count);
  res.send(String(count));
});
app.get("/name/:name", (req, res) => {
  Reflect.set(req.session, "name", req.params.name);
  res.send(req.params.name);
});
app.get("/name", (req, res) => void res.send(String(Reflect.get(req.session, "name") ?? "nobody")));
app.get("/healthz", liveness());
app.get("/readyz", readiness());

onSecurityEvent((event) => {
  if (event.name === "server.draining") shutdown.emit("begins");
  if (!event.name.startsWith("server.")) return;
  const error = event.error instanceof Error ? event.error.message : undefined;
  process.stdout.write(`event ${event.name} ${event.because ?? ""} ${error ?? ""}\n`);
});

// Opened as root, and then used by whom root became.
if (process.getuid?.() === 0 && listen["user"] === "nobody" && folder !== undefined)
  for (const name of readdirSync(folder)) chownSync(join(folder, name), 65_534, 65_534);
const server = await secure.listen(listen);
// The primary of workers serves nobody: it tells its own rights when it is asked to.
if (cluster.isPrimary)
  process.on("SIGUSR2", () => {
    void probePrivileges().then((result) => process.stdout.write(`primary ${JSON.stringify(result)}\n`));
  });
process.stdout.write(`${cluster.isWorker ? "worker " : ""}listening ${server.url} pid ${process.pid}\n`);

function shared(name: string): string {
  return join(folder ?? "", name);
}

/** Ten ways back to root; all must be denied, from the main thread, a worker thread and a child process. */
async function probePrivileges(): Promise<Record<string, string>> {
  const attempts: Record<string, () => unknown> = {
    setuid: () => process.setuid?.(0),
    seteuid: () => process.seteuid?.(0),
    setgid: () => process.setgid?.(0),
    setegid: () => process.setegid?.(0),
    setgroups: () => process.setgroups?.([0, 42]),
    shadow: () => readFileSync("/etc/shadow"),
    child: () => execFileSync("cat", ["/etc/shadow"], { stdio: "ignore" }),
    childGroups: () => {
      const groups = execFileSync("id", ["-G"], { encoding: "utf8" }).trim();
      if (groups !== String(process.getgid?.())) return groups;
      throw new Error("only its own");
    },
    capabilities: () => {
      const found = /^Cap(?:Eff|Prm|Amb):\s*0*[1-9a-f][0-9a-f]*$/m.exec(
        readFileSync("/proc/self/status", "utf8"),
      );
      if (found !== null) return found[0];
      throw new Error("none");
    },
  };
  const results: Record<string, string> = {};
  for (const [name, attempt] of Object.entries(attempts)) {
    try {
      results[name] = `allowed ${String(attempt())}`;
    } catch {
      results[name] = "denied";
    }
  }
  const thread = new Worker(
    `const { parentPort } = require("node:worker_threads");
     try { require("node:fs").readFileSync("/etc/shadow"); parentPort.postMessage("allowed"); }
     catch { parentPort.postMessage("denied"); }`,
    { eval: true },
  );
  const [message] = (await once(thread, "message")) as [string];
  return {
    ...results,
    thread: message,
    pid: String(process.pid),
    ids: `${process.getuid?.()} ${process.getgid?.()} ${process.getgroups?.().join()}`,
  };
}
