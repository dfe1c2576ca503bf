import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../support/free-port.ts";
import { type Cleanup, scratchFolder } from "../../support/scratch.ts";

/** Where the repository is; an installation has the application and its packages below /opt/hauberk-skeleton. */
export const REPOSITORY: string = join(import.meta.dirname, "../../..");
export const SKELETON: string = join(REPOSITORY, "skeleton");

export interface SkeletonProcess {
  readonly origin: string;
  readonly port: number;
  readonly dataDirectory: string;
  readonly child: ChildProcess;
  readonly pid: number;
  /** Everything it logged, one JSON object a line. */
  readonly log: () => string;
  readonly stderr: () => string;
  /** Processes the primary has started. */
  readonly workers: () => readonly number[];
}

export interface SkeletonOptions {
  readonly settings?: Readonly<Record<string, string>>;
  /** Node's flags, after those a run from the repository needs. */
  readonly flags?: readonly string[];
  readonly wrapper?: readonly string[];
  readonly dataDirectory?: string;
  readonly port?: number;
  /** Where its sources are; the repository's without it. */
  readonly application?: string;
}

const SECRET = "q5Zr0m2Xc8vYH1tKfLw7BnJ3dPsEuGiA9oRyTxMzQk4";

/** The real application in a process of its own; resolves once it serves. Killed after the test. */
export async function startSkeletonProcess(
  t: Cleanup,
  options: SkeletonOptions = {},
): Promise<SkeletonProcess> {
  const { settings = {}, flags = [], wrapper = [], application = SKELETON } = options;
  const [port, folder] = [options.port ?? (await freePort()), scratchFolder(t)];
  const dataDirectory = options.dataDirectory ?? ownDataFolder(folder, settings);
  const settingsFile = join(folder, "empty.env");
  writeFileSync(settingsFile, "");
  const [program, ...rest] = [
    ...wrapper,
    process.execPath,
    "--disable-warning=ExperimentalWarning",
    "--conditions=source",
    ...flags.map((flag) => flag.replace("DATA_DIR", dataDirectory).replace("SETTINGS", settingsFile)),
    join(application, "src/main.ts"),
    settingsFile,
  ];
  const place = "SOCKET_PATH" in settings || "SOCKET_ACTIVATION" in settings ? {} : { PORT: String(port) };
  const child = spawn(program, rest, {
    cwd: application,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      // Node's permission model would forbid it.
      ...(flags.length === 0 ? { NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] } : {}),
      ORIGIN: `http://localhost:${port}`,
      APP_SECRETS: SECRET,
      DATA_DIR: dataDirectory,
      INSECURE_SERVE_AS_ROOT: String(process.getuid?.() === 0 && !("RUN_AS_USER" in settings)),
      ...place,
      ...settings,
    },
  });
  t.after(() => void child.kill("SIGKILL"));
  const output = { log: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.log += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  await Promise.race([ready(child, output), once(child, "close")]);
  if (!output.stderr.includes(READY))
    throw new Error(`the skeleton ended before it served:\n${output.stderr}`);
  const { pid = 0 } = child;
  return {
    origin: `http://localhost:${port}`,
    port,
    dataDirectory,
    child,
    pid,
    log: () => output.log,
    stderr: () => output.stderr,
    workers: () => childrenOf(pid),
  };
}

/** An installation makes it (StateDirectory=, a volume), for the user the application runs as. */
function ownDataFolder(folder: string, { RUN_AS_USER: user }: Readonly<Record<string, string>>): string {
  const directory = join(folder, "data");
  mkdirSync(directory, { mode: 0o700 });
  if (user === undefined) return directory;
  chmodSync(folder, 0o755);
  execFileSync("chown", [user, directory]);
  return directory;
}

const READY = "Hauberk's skeleton is ready";

function ready(child: ChildProcess, output: { readonly stderr: string }): Promise<void> {
  return new Promise((resolve) => {
    child.stderr?.on("data", () => {
      if (output.stderr.includes(READY)) resolve();
    });
  });
}

function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return text === "" ? [] : text.split(" ").map(Number);
}
