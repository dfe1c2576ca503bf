import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startGroup } from "./group.ts";

/** Prints its own process id and that of a child in a session of its own, and would run for ten minutes. */
const FAMILY = `
const { spawn } = require("node:child_process");
process.on("SIGTERM", () => {});
const stray = spawn(process.execPath, ["-e", "setTimeout(() => {}, 600000)"], { detached: true, stdio: "ignore" });
console.log(process.pid + " " + stray.pid);
setTimeout(() => {}, 600000);
`;

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function allGone(pids: readonly number[]): Promise<boolean> {
  // A minute: on a busy machine a killed process takes its time to be gone.
  for (let looked = 0; looked < 3000; looked += 1) {
    if (!pids.some(isRunning)) return true;
    await sleep(20);
  }
  return false;
}

async function idsFrom(stream: NodeJS.ReadableStream | null): Promise<readonly number[]> {
  assert.ok(stream !== null);
  const [chunk] = (await once(stream, "data")) as [Buffer];
  return chunk.toString().trim().split(" ").map(Number);
}

describe("a process group", { skip: process.platform === "win32" }, () => {
  it("ends with all it started: shells, what ignores SIGTERM, what left the group", async () => {
    const group = startGroup(`"${process.execPath}" -e '${FAMILY}'`, [], {
      shell: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ids = await idsFrom(group.child.stdout);
    assert.equal(ids.every(isRunning), true);
    await group.stop(100);
    assert.equal(await allGone(ids), true);
  });

  it(
    "ends a daemon, whose parents are gone, on Linux",
    { skip: !existsSync("/proc/self/stat") },
    async (t) => {
      const daemon = `(setsid sleep 600 >/dev/null 2>&1 & echo $!); sleep 600`;
      for (const command of [daemon, daemon.replace("; sleep 600", "")]) {
        const group = startGroup("sh", ["-c", command], { stdio: ["ignore", "pipe", "inherit"] });
        const ids = await idsFrom(group.child.stdout);
        t.after(() => ids.filter(isRunning).forEach((id) => process.kill(id, "SIGKILL")));
        if (command !== daemon) await once(group.child, "close");
        await group.stop(50);
        assert.equal(await allGone(ids), true);
      }
    },
  );

  it(
    "ends what left the group however long `ps` takes, on Linux",
    { skip: !existsSync("/proc/self/stat") },
    async (t) => {
      const slow = mkdtempSync(join(tmpdir(), "hauberk-slow-ps-"));
      writeFileSync(join(slow, "ps"), "#!/bin/sh\nexec sleep 60\n", { mode: 0o755 });
      const { PATH = "" } = process.env;
      process.env["PATH"] = `${slow}:${PATH}`;
      t.after(() => {
        process.env["PATH"] = PATH;
        rmSync(slow, { recursive: true });
      });
      const group = startGroup(process.execPath, ["-e", FAMILY], { stdio: ["ignore", "pipe", "inherit"] });
      const ids = await idsFrom(group.child.stdout);
      await group.stop();
      // Ended by the test itself where the group did not.
      t.after(() => ids.filter(isRunning).forEach((id) => process.kill(id, "SIGKILL")));
      assert.equal(await allGone(ids), true);
    },
  );

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`ends when whoever started it is ended by ${signal}`, async () => {
      const script = `
        const { startGroup } = await import(${JSON.stringify(new URL("group.ts", import.meta.url).href)});
        startGroup(process.execPath, ["-e", ${JSON.stringify(FAMILY)}], { stdio: ["ignore", "inherit", "inherit"] });`;
      const parent = spawn(process.execPath, ["--no-warnings", "--input-type=module", "-e", script], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const ids = await idsFrom(parent.stdout);
      parent.kill(signal);
      const [, by] = (await once(parent, "exit")) as [number | null, string | null];
      assert.equal(by, signal);
      assert.equal(await allGone(ids), true);
    });
  }
});
