import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { makeCertificate, temporaryFolder } from "../../packages/hauberk/test/server/harness.ts";
import { start } from "./support/app.ts";
import { ask, pause } from "./support/ask.ts";
import { record } from "./support/report.ts";

const CLIENTS = 1500;
const LASTING_MS = 15_000;
const GOAL_MS = 1000;

const kinds: readonly [name: string, secure: boolean][] = [
  ["slow headers", false],
  ["slow bodies", false],
  ["slow reading of 1 MB", false],
  ["idle connections", false],
  ["half-open TLS", true],
];

for (const [kind, secure] of kinds) {
  test(`serves 127.0.0.1 while 127.0.0.66 attacks with ${kind}`, async (t) => {
    const tls = secure ? { tls: makeCertificate(temporaryFolder(t), "localhost") } : {};
    const { port } = await start(t, tls);
    const script = join(import.meta.dirname, "support/slow-clients.ts");
    const calm = (await ask({ port, path: "/", secure })).ms;
    const parameters = ["--conditions=source", script, String(port), kind, String(CLIENTS)];
    const attacker = spawn(process.execPath, parameters, { stdio: ["ignore", "ignore", "inherit"] });
    t.after(() => attacker.kill("SIGKILL"));
    // Without service is the time from one answered probe to the next, with the pause, however many fail in between.
    let [gapMs, answered, failed, lastAt] = [0, 0, 0, performance.now()];
    const end = performance.now() + LASTING_MS;
    while (performance.now() < end) {
      const { status } = await ask({ port, path: "/", secure, timeoutMs: 5000 });
      gapMs = Math.max(gapMs, performance.now() - lastAt);
      if (status === 200) {
        lastAt = performance.now();
        answered += 1;
      } else failed += 1;
      await pause(100);
    }
    assert.equal(attacker.exitCode, null, "the attacker gave up");
    record(
      `${CLIENTS} connections of 127.0.0.66, 1,024 descriptors: ${kind}`,
      `${answered} probes answered, ${failed} failed, longest without service ${Math.round(gapMs)} ms (before: ${Math.round(calm)} ms)`,
      "<= 1 s without service",
    );
    assert.ok(gapMs <= GOAL_MS, `${gapMs} ms without service`);
    assert.ok(answered > 10);
  });
}
