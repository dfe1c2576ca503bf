import type { ChildProcess } from "node:child_process";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { startGroup } from "../processes/group.ts";
import { lastWords } from "../report/last-words.ts";
import { socketAddress } from "./address.ts";
import { portFrom, takenPorts } from "./ports.ts";

export type Started =
  | { readonly ok: true; readonly url: URL; readonly stop: () => Promise<void> }
  | { readonly ok: false; readonly reason: string };

const LOOK_EVERY_MS = 50;
const SAY_EVERY_MS = 2_000;
const LAST_OUTPUT = 8_000;
/** Time to close its connections and its stores before it is made to end. */
const GRACE_MS = 2_000;

/** Starts the app with the person's own command, and waits until it answers at its port. */
export async function startApp(
  command: string,
  folder: string,
  url: URL | undefined,
  timeoutMs: number,
  say: (message: string) => void = () => undefined,
): Promise<Started> {
  const expected = url ?? new URL(`http://127.0.0.1:${String(portFrom(process.env["PORT"]))}`);
  if (await isOpen(expected)) {
    return {
      ok: false,
      reason: `something listens on port ${portOf(expected)} already; it would be checked instead of the app`,
    };
  }
  const taken = takenPorts();
  const group = startGroup(command, [], { cwd: folder, shell: true, stdio: ["ignore", "pipe", "pipe"] });
  const watched = watch(group.child);
  const found = await waitForPort(
    () => url ?? announced(watched.output, taken) ?? expected,
    watched,
    timeoutMs,
    say,
  );
  if (found.ok) return { ok: true, url: found.url, stop: async () => group.stop(GRACE_MS) };
  await group.stop(GRACE_MS);
  return found;
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
  candidate: () => URL,
  watched: Watched,
  timeoutMs: number,
  say: (message: string) => void,
): Promise<{ readonly ok: true; readonly url: URL } | { readonly ok: false; readonly reason: string }> {
  const started = Date.now();
  let said = 0;
  while (Date.now() - started < timeoutMs) {
    if (watched.ended !== undefined)
      return { ok: false, reason: `the app did not stay up: ${watched.ended}${because(watched.output)}` };
    const url = candidate();
    if (await isOpen(url)) return { ok: true, url };
    await sleep(LOOK_EVERY_MS);
    const waited = Math.floor((Date.now() - started) / SAY_EVERY_MS);
    if (waited > said) say(`waiting for the app to listen on port ${portOf(url)}`);
    said = waited;
  }
  return {
    ok: false,
    reason: `nothing listens on port ${portOf(candidate())} ${String(timeoutMs / 1000)} s after the start${because(watched.output)}`,
  };
}

/** Many apps say where they listen; some say where their database does, which listened before (`taken`). */
export function announced(output: string, taken: ReadonlySet<number> = new Set()): URL | undefined {
  const addresses = output.matchAll(
    /(https?):\/\/(?:localhost|127\.0\.0\.1|\[::1?\]|0\.0\.0\.0):(\d{1,5})(?!\d)/g,
  );
  const ports = output.matchAll(/\b(?:port|listening(?: on)?)\D{0,12}()(\d{2,5})\b/gi);
  for (const [, scheme, text] of [...addresses, ...ports]) {
    const port = Number(text);
    if (port < 1 || port > 65_535 || taken.has(port)) continue;
    return new URL(`${scheme === "https" ? "https" : "http"}://localhost:${String(port)}`);
  }
  return undefined;
}

/** Its own words in brackets, when there are any. */
function because(output: string): string {
  const words = lastWords(output);
  return words === "" ? "" : ` (${words})`;
}

const portOf = (url: URL): string => String(socketAddress(url).port);

async function isOpen(url: URL): Promise<boolean> {
  return new Promise<boolean>((resolve) => {
    const socket = net.connect(socketAddress(url));
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
