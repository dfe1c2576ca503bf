import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { endWithUs } from "./end-with-us.ts";
import { freePort, isListening } from "./free-port.ts";
import { NODE_FLAGS } from "./run-child.ts";
import type { Cleanup } from "./scratch.ts";

/** A server in a process of its own, so that a test can see it survive. */
export interface ServerProcess {
  readonly port: number;
  readonly origin: string;
  readonly pid: number;
  /** Everything it wrote to standard output. */
  readonly stdout: () => string;
  /** Everything it wrote to standard error. */
  readonly stderr: () => string;
  /** Whether the process that was started still runs. */
  readonly isAlive: () => boolean;
  readonly stop: () => Promise<void>;
}

/** How to start it. */
export interface StartOptions {
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly port?: number;
  /** A program that starts ours, such as `setpriv --groups 0,4,42`. */
  readonly wrapper?: readonly string[];
  /** The program sends no message: it serves as soon as its port answers. */
  readonly awaitPort?: boolean;
}

/**
 * Starts a file that serves on the port it finds in PORT and sends a message once it accepts connections.
 * Stopped after the test.
 */
export async function startServer(
  t: Cleanup,
  file: string,
  { env = {}, args = [], wrapper = [], awaitPort = false, ...options }: StartOptions = {},
): Promise<ServerProcess> {
  const port = options.port ?? (await freePort());
  const [program, ...rest] = [...wrapper, process.execPath, ...NODE_FLAGS];
  const child = fork(file, [...args], {
    ...(program === undefined ? {} : { execPath: program }),
    execArgv: rest,
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, PORT: String(port), ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  endWithUs(child);
  let stdout = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  const stop = async (): Promise<void> => {
    if (!isAlive()) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  t.after(stop);
  const ended = once(child, "exit").then(() => "ended");
  const ready = awaitPort ? listening(port, isAlive) : once(child, "message");
  if ((await Promise.race([ready, ended])) === "ended") {
    throw new Error(`${file} ended before it served:\n${stderr}`);
  }
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    isAlive,
    stop,
  };
}

async function listening(port: number, isAlive: () => boolean): Promise<void> {
  while (isAlive() && !(await isListening(port))) await setTimeout(20);
}
