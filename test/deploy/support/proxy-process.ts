import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { endWithUs } from "../../support/end-with-us.ts";
import { isListening } from "../../support/free-port.ts";
import { PATIENCE } from "../../support/patience.ts";
import type { Cleanup } from "../../support/scratch.ts";
import type { Ports } from "./proxy-commands.ts";

/** Runs a proxy until the test is over; resolves once it listens. */
export async function runProxy(
  t: Cleanup,
  [command = "", ...parameters]: readonly string[],
  { folder, secure }: Ports,
): Promise<void> {
  const child = endWithUs(
    // Caddy keeps files below HOME.
    spawn(command, parameters, {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, HOME: folder },
    }),
  );
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  const until = performance.now() + PATIENCE.timeout;
  while (!(await isListening(secure))) {
    if (child.exitCode !== null || performance.now() > until)
      throw new Error(`the proxy does not serve:\n${log}`);
    // oxlint-disable-next-line no-await-in-loop -- until it listens
    await pause(20);
  }
}
