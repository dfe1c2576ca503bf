import { spawn, type ChildProcess } from "node:child_process";
import { connect } from "node:net";

export type Started =
  | { readonly ok: true; readonly stop: () => void }
  | { readonly ok: false; readonly reason: string };

/** Starts an app by its command and waits until it takes connections. */
export async function startApp(
  command: string,
  target: URL,
  folder: string,
  timeoutMs: number,
): Promise<Started> {
  if (await accepts(target)) return { ok: false, reason: `something already listens at ${target.host}` };
  const child = spawn(command, {
    cwd: folder,
    shell: true,
    detached: process.platform !== "win32",
    stdio: "ignore",
  });
  let ended: string | undefined;
  child.once("exit", (code, signal) => {
    ended = signal ?? `code ${String(code)}`;
  });
  child.once("error", (error) => {
    ended = error.message;
  });
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (ended !== undefined)
      return { ok: false, reason: `\`${command}\` ended with ${ended} before it answered` };
    if (await accepts(target))
      return {
        ok: true,
        stop: () => {
          stop(child);
        },
      };
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  stop(child);
  return {
    ok: false,
    reason: `\`${command}\` did not listen at ${target.host} in ${String(timeoutMs / 1000)} s`,
  };
}

/** The shell and everything it started. */
function stop(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGTERM");
  } catch {
    child.kill("SIGKILL");
  }
}

async function accepts(target: URL): Promise<boolean> {
  const port = Number(target.port) || (target.protocol === "https:" ? 443 : 80);
  return new Promise((resolve) => {
    const socket = connect({ host: target.hostname.replace(/^\[|\]$/g, ""), port });
    const finish = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => {
      finish(false);
    });
    socket.once("connect", () => {
      finish(true);
    });
    socket.once("error", () => {
      finish(false);
    });
  });
}
