import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { endWithUs } from "../../../../test/support/end-with-us.ts";
import { freePort } from "../../../../test/support/free-port.ts";
import { PATIENCE } from "../../../../test/support/patience.ts";
import { childrenOf, processStat } from "../../../../test/support/process-stat.ts";
import { toolPath } from "../../../../test/support/system-tool.ts";
import { makePostgresData } from "./postgres-data.ts";

/** A real server on a free port with its data in a scratch folder. */
export interface RealServer {
  readonly port: number;
  /** As when the machine loses power. */
  readonly kill: () => Promise<void>;
  /** On the same port and data. */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const NOBODY = { uid: 65_534, gid: 65_534 };

async function reachable(port: number, ready: () => boolean): Promise<void> {
  for (const until = performance.now() + PATIENCE.timeout; performance.now() < until;) {
    const socket = connect(port, "127.0.0.1");
    const ok = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    socket.destroy();
    if (ok && ready()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing listens on port ${port}`);
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, "exit");
}

/**
 * A loss of power ends all processes of a server at once. What PostgreSQL started outlives it otherwise for a moment, and in that
 * moment a new server refuses the memory they share.
 */
async function endedWithChildren(child: ChildProcess): Promise<void> {
  // Stopped first, so that it starts no other.
  child.kill("SIGSTOP");
  const started = child.pid === undefined ? [] : childrenOf(child.pid);
  await ended(child, "SIGKILL");
  for (const pid of started) end(pid);
  for (const until = performance.now() + PATIENCE.timeout; performance.now() < until;) {
    if (!started.some(isRunning)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("what the server started goes on without it");
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended with its server.
  }
}

/** A zombie holds no memory any more. */
const isRunning = (pid: number): boolean => !["Z", undefined].includes(processStat(pid)?.state);

function running(
  launch: () => ChildProcess,
  port: number,
  folder: string,
  gentle: NodeJS.Signals,
  beforeStart: () => void = () => undefined,
  ready: () => boolean = () => true,
): RealServer {
  let child: ChildProcess | undefined;
  return {
    port,
    start: async () => {
      beforeStart();
      child = endWithUs(launch());
      await reachable(port, ready);
    },
    kill: async () => {
      if (child !== undefined) await endedWithChildren(child);
    },
    stop: async () => {
      if (child !== undefined) await ended(child, gentle);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * @param durable whether it writes down what it is told
 * @param synced whether it waits for the disk each time: only a loss of power tells the difference, a kill does not
 * @throws {Error} when redis-server is not installed: tests on Redis are never skipped
 */
export async function startRedis({
  durable = true,
  synced = true,
  more = [],
}: {
  readonly durable?: boolean;
  readonly synced?: boolean;
  readonly more?: readonly string[];
} = {}): Promise<RealServer> {
  const redis = toolPath("Redis");
  const folder = mkdtempSync(join(tmpdir(), "hauberk-redis-"));
  const port = await freePort();
  const settings = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--dir",
    folder,
    "--save",
    "",
    "--appendonly",
    durable ? "yes" : "no",
    "--appendfsync",
    synced ? "always" : "no",
    ...more,
  ];
  const server = running(() => spawn(redis, settings, { stdio: "ignore" }), port, folder, "SIGTERM");
  await server.start();
  return server;
}

/**
 * @param synced whether it waits for the disk each time: only a loss of power tells the difference, a kill does not
 * @throws {Error} when PostgreSQL is not installed: tests on it are never skipped
 */
export async function startPostgres({ synced = true } = {}): Promise<RealServer> {
  const bin = dirname(toolPath("PostgreSQL"));
  const folder = mkdtempSync(join(tmpdir(), "hauberk-postgres-"));
  // PostgreSQL refuses to run as root.
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? NOBODY : {};
  if (isRoot) chownSync(folder, NOBODY.uid, NOBODY.gid);
  makePostgresData(bin, folder, user);
  const port = await freePort();
  const settings = [
    "-D",
    join(folder, "data"),
    "-p",
    String(port),
    "-h",
    "127.0.0.1",
    "-k",
    folder,
    "-c",
    `fsync=${synced ? "on" : "off"}`,
  ];
  const server = running(
    () => spawn(join(bin, "postgres"), settings, { ...user, cwd: folder, stdio: "ignore" }),
    port,
    folder,
    "SIGINT",
    // After a kill the file of the dead server is still there.
    () => rmSync(join(folder, "data", "postmaster.pid"), { force: true }),
    () => spawnSync(join(bin, "pg_isready"), ["-h", "127.0.0.1", "-p", String(port)]).status === 0,
  );
  await server.start();
  return server;
}
