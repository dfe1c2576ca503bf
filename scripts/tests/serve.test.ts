import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { temporaryFolder } from "./support.ts";

const serveModule = JSON.stringify(new URL("../lib/serve.mjs", import.meta.url).href);

test("passes a signal on exactly once, however often it arrives at a time", async (t) => {
  const { starter, lines } = await start(t);
  // What one Ctrl-C does: the terminal signals the whole process group, and npm signals the starter again.
  process.kill(-Number(starter.pid), "SIGINT");
  starter.kill("SIGINT");
  assert.equal((await lines.next()).value, "server got SIGINT");
  await sleep(300);
  starter.kill("SIGTERM");
  assert.equal((await lines.next()).value, "server got SIGTERM");
  assert.deepEqual(await once(starter, "exit"), [7, null]);
});

test("ends the server when the starter is killed without warning", async (t) => {
  const { starter, lines } = await start(t);
  starter.kill("SIGKILL");
  assert.equal((await lines.next()).value, "server got SIGTERM");
  assert.equal((await lines.next()).done, true);
});

test("hides its own variable from the server and leaves its workers alone", async (t) => {
  const { starter, lines } = await start(
    t,
    `import { fork } from "node:child_process";
     if (process.argv[2] === "worker") console.log("worker " + (process.env.HAUBERK_START_PID ?? "clean"));
     else fork(process.argv[1], ["worker"]).on("exit", () => process.exit(0));
     console.log("ready");`,
  );
  const rest: string[] = [];
  for await (const line of lines) rest.push(line);
  assert.deepEqual(
    rest.filter((line) => line !== "ready"),
    ["worker clean"],
  );
  if (starter.exitCode === null) await once(starter, "exit");
  assert.equal(starter.exitCode, 0);
});

const SERVER = `
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => console.log("server got " + signal));
  process.on("SIGTERM", () => setTimeout(() => process.exit(7), 100));
  setInterval(() => {}, 1000);
  console.log("ready");`;

interface Started {
  readonly starter: ChildProcessByStdio<null, Readable, null>;
  readonly lines: AsyncIterableIterator<string>;
}

async function start(t: TestContext, server: string = SERVER): Promise<Started> {
  const file = join(temporaryFolder(t), "server.mjs");
  writeFileSync(file, server);
  const code = `
    const { serve } = await import(${serveModule});
    process.exitCode = await serve(process.execPath, [${JSON.stringify(file)}]);`;
  const starter = spawn(process.execPath, ["--input-type=module", "--eval", code], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  const lines = createInterface(starter.stdout)[Symbol.asyncIterator]();
  assert.equal((await lines.next()).value, "ready");
  return { starter, lines };
}
