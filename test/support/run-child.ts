import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ownMillis, TELL_OWN_TIME } from "./own-time.ts";
import { PATIENCE } from "./patience.ts";

/** How to run a file of this repository as a program of its own. */
export interface RunOptions {
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** A program that starts ours, such as `setpriv --groups 0,4,42`. */
  readonly wrapper?: readonly string[];
  /** A program still running after this is killed; `code` is then null. */
  readonly limitMs?: number;
}

/** How it ended. */
export interface RunResult {
  readonly code: number | null;
  /** What it took, without the time in which other programs had the processor. */
  readonly millis: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Flags every program of these tests runs with: the toolkit from its sources, no warnings in between. */
export const NODE_FLAGS = ["--conditions=source", "--disable-warning=ExperimentalWarning"] as const;

/** The file of a URL relative to a test: `fileOf("../apps/served.ts", import.meta.url)`. */
export function fileOf(path: string, base: string): string {
  return fileURLToPath(new URL(path, base));
}

/** Runs a TypeScript file to its end, or to the limit. */
export async function runFile(file: string, options: RunOptions = {}): Promise<RunResult> {
  const { args = [], env = {}, wrapper = [], limitMs = PATIENCE.timeout, cwd } = options;
  const [program = "", ...rest] = [...wrapper, process.execPath, ...NODE_FLAGS, TELL_OWN_TIME, file, ...args];
  const child = spawn(program, rest, {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: limitMs,
    killSignal: "SIGKILL",
    ...(cwd === undefined ? {} : { cwd }),
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return { code, millis: ownMillis(output.stdout), ...output };
}
