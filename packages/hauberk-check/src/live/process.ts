import { spawn, type ChildProcess } from "node:child_process";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export type Started =
  | { readonly ok: true; readonly url: URL; readonly stop: () => Promise<void> }
  | { readonly ok: false; readonly reason: string };

const LOOK_EVERY_MS = 50;
const LAST_OUTPUT = 8_000;

/** Starts the app with the person's own command, and waits until it answers at its port. */
export async function startApp(
  command: string,
  folder: string,
  url: URL | undefined,
  timeoutMs: number,
): Promise<Started> {
  const expected = url ?? new URL(`http://127.0.0.1:${process.env["PORT"] ?? "3000"}`);
  if (await isOpen(expected)) {
    return {
      ok: false,
      reason: `something listens on port ${portOf(expected)} already; it would be checked instead of the app`,
    };
  }
  const child = spawn(command, {
    cwd: folder,
    shell: true,
    detached: process.platform !== "win32",
    stdio: ["ignore", "pipe", "pipe"],
    env: process.env,
  });
  const watched = watch(child);
  const stop = async (): Promise<void> => {
    await stopGroup(child, watched);
  };
  const leave = (): void => {
    signal(child, "SIGKILL");
  };
  process.once("exit", leave);
  const found = await waitForPort(url, expected, watched, timeoutMs);
  if (!found.ok) {
    await stop();
    process.off("exit", leave);
    return found;
  }
  return {
    ok: true,
    url: found.url,
    stop: async () => {
      await stop();
      process.off("exit", leave);
    },
  };
}

interface Watched {
  output: string;
  ended: string | undefined;
}

function watch(child: ChildProcess): Watched {
  const watched: Watched = { output: "", ended: undefined };
  const keep = (chunk: Buffer): void => {
    watched.output = (watched.output + chunk.toString("utf8")).slice(-LAST_OUTPUT);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  child.once("error", (error) => {
    watched.ended = error.message;
  });
  child.once("exit", (code, by) => {
    watched.ended = by === null ? `it ended with code ${String(code)}` : `it was ended by ${by}`;
  });
  return watched;
}

async function waitForPort(
  given: URL | undefined,
  expected: URL,
  watched: Watched,
  timeoutMs: number,
): Promise<{ readonly ok: true; readonly url: URL } | { readonly ok: false; readonly reason: string }> {
  const until = Date.now() + timeoutMs;
  while (Date.now() < until) {
    if (watched.ended !== undefined)
      return { ok: false, reason: `the app did not stay up: ${watched.ended}${lastWords(watched.output)}` };
    const url = given ?? announced(watched.output) ?? expected;
    if (await isOpen(url)) return { ok: true, url };
    await sleep(LOOK_EVERY_MS);
  }
  return {
    ok: false,
    reason: `nothing listens on port ${portOf(expected)} ${String(timeoutMs / 1000)} s after the start${lastWords(watched.output)}`,
  };
}

/** Many apps say where they listen. */
export function announced(output: string): URL | undefined {
  const address = /https?:\/\/(?:localhost|127\.0\.0\.1|\[::1?\]|0\.0\.0\.0):\d+/.exec(output)?.[0];
  if (address !== undefined) return new URL(address.replace(/0\.0\.0\.0|\[::1?\]/, "localhost"));
  const port = /\b(?:port|listening(?: on)?)\D{0,12}(\d{2,5})\b/i.exec(output)?.[1];
  return port === undefined || Number(port) > 65_535 ? undefined : new URL(`http://localhost:${port}`);
}

function lastWords(output: string): string {
  const line = output
    .split("\n")
    .findLast((one) => /error|EADDRINUSE|cannot|missing|not found/i.test(one))
    ?.trim();
  return line === undefined ? "" : ` (${line.replace(/(\w+:\/\/)[^/\s@]*@/g, "$1***@").slice(0, 200)})`;
}

const portOf = (url: URL): string =>
  url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;

async function isOpen(url: URL): Promise<boolean> {
  return new Promise<boolean>((resolve) => {
    const socket = net.connect({ host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(portOf(url)) });
    socket.setTimeout(1_000, () => socket.destroy());
    socket.once("connect", () => {
      resolve(true);
      socket.destroy();
    });
    socket.once("error", () => undefined);
    socket.once("close", () => {
      resolve(false);
    });
  });
}

/** Asks the whole group to end, and makes it after a while: npm starts a shell that starts node. */
async function stopGroup(child: ChildProcess, watched: Watched): Promise<void> {
  signal(child, "SIGTERM");
  for (let waited = 0; waited < 2_000 && watched.ended === undefined; waited += LOOK_EVERY_MS)
    await sleep(LOOK_EVERY_MS);
  signal(child, "SIGKILL");
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill(name);
    else process.kill(-child.pid, name);
  } catch {
    // The group is gone.
  }
}
