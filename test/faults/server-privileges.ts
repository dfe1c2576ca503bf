import assert from "node:assert/strict";
import { test } from "node:test";
import { start, workersSeen, type StartedApp } from "./support/app.ts";
import { ask, until } from "./support/ask.ts";
import { record } from "./support/report.ts";

const RESPAWNS = 20;
const PROBES = 10;

test("leaves root's rights to no worker and not to the primary, through 20 respawns and a reload", async (t) => {
  const app = await start(t, { workers: 2 });
  const probed = new Map<string, number>();
  await probeWorkers(app, probed);
  for (let respawn = 0; respawn < RESPAWNS; respawn++) {
    await until(() => workersSeen(app).length >= 3 + respawn, 60_000);
    const [victim = ""] = await pids(app);
    process.kill(Number(victim), "SIGKILL");
    await until(async () => !(await pids(app)).includes(victim), 20_000);
    await probeWorkers(app, probed);
  }
  app.child.kill("SIGHUP");
  await until(() => app.output().includes("server.reloaded"), 60_000);
  await probeWorkers(app, probed);
  app.child.kill("SIGUSR2");
  await until(() => app.output().includes("primary {"), 20_000);
  const primary = countDenied(/^primary (\{.*\})$/m.exec(app.output())?.[1] ?? "{}");
  const denied = [...probed.values()].filter((count) => count === PROBES).length;
  record(
    `ten ways back to root, ${RESPAWNS} respawns and a reload`,
    `primary ${primary} of ${PROBES} denied; ${denied} of ${probed.size} workers ${PROBES} of ${PROBES}`,
    "10 of 10 in the primary and each worker",
  );
  assert.equal(primary, PROBES);
  assert.equal(denied, probed.size);
  assert.ok(probed.size >= RESPAWNS + 2, `${probed.size} workers probed`);
});

async function pids({ port }: StartedApp): Promise<readonly string[]> {
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask({ port, path: "/pid" })));
  return [...new Set(answers.filter(({ status }) => status === 200).map(({ body }) => body))];
}

/** Every worker that answers now. A probe may reach any of them: enough are sent to meet all. */
async function probeWorkers({ port }: StartedApp, probed: Map<string, number>): Promise<void> {
  const seen = new Set<string>();
  await until(async () => {
    const answers = await Promise.all([1, 2].map(() => ask({ port, path: "/privileges" })));
    for (const { status, body } of answers) {
      if (status !== 200) continue;
      const { pid } = JSON.parse(body) as { pid: string };
      seen.add(pid);
      probed.set(pid, Math.min(countDenied(body), probed.get(pid) ?? PROBES));
    }
    return seen.size >= 2;
  }, 30_000);
}

function countDenied(text: string): number {
  return Object.values(JSON.parse(text) as Record<string, string>).filter((result) => result === "denied")
    .length;
}
