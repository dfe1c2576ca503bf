import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { test } from "node:test";
import { startSkeleton } from "../browser/skeleton.ts";
import { fileOf } from "../support/run-child.ts";
import { ask, pause, percentile } from "./support/ask.ts";
import { record } from "./support/report.ts";

const PER_SECOND = 200;
const LASTING_MS = 15_000;

function rssMb(pid: number): number {
  return (
    Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? Number.NaN) / 1024
  );
}

/** A guess at an account from an address, each of its own: no limit by address or account stops them. */
function guess(port: number, index: number): Promise<number | string> {
  const localAddress = `127.${1 + (index >> 16)}.${(index >> 8) & 255}.${1 + (index & 127)}`;
  const body = `email=person${index}%40app.example&password=correct+horse+${index}`;
  const headers = {
    Host: `localhost:${port}`,
    "Content-Type": "application/x-www-form-urlencoded",
    "Content-Length": body.length,
    "Sec-Fetch-Site": "same-origin",
    Origin: `http://localhost:${port}`,
  };
  return new Promise((resolve) => {
    request(
      { port, host: "127.0.0.1", localAddress, path: "/login", method: "POST", headers, agent: false },
      (res) => {
        res.resume().once("end", () => resolve(res.statusCode ?? 0));
      },
    )
      .once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"))
      .end(body);
  });
}

async function timesFor(port: number, ms: number): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + ms;
  while (performance.now() < end) {
    const outcome = await ask({ port, path: times.length % 2 === 0 ? "/healthz" : "/login" });
    assert.equal(outcome.status, 200);
    times.push(outcome.ms);
    // Below the limit of one address.
    await pause(110);
  }
  return times;
}

/** What the shipped unit has glibc do with memory; the image says the same (test/deploy/files.test.ts). */
function shippedMemorySettings(): NodeJS.ProcessEnv {
  const unit = readFileSync(
    fileOf("../../skeleton/deploy/systemd/hauberk-skeleton.service", import.meta.url),
    "utf8",
  );
  return Object.fromEntries<string | undefined>(
    [...unit.matchAll(/^Environment=(MALLOC_\w+)=(\S+)$/gm)].map(([, name = "", value]) => [name, value]),
  );
}

test("serves other pages of the skeleton during 200 logins a second", async (t) => {
  const { port, processes } = await startSkeleton(t, shippedMemorySettings());
  const pid = processes[0]?.pid ?? 0;
  const before = await timesFor(port, 4000);
  const rssBefore = rssMb(pid);
  let [sent, rssMax] = [0, 0];
  const statuses = new Map<number | string, number>();
  const startedAt = performance.now();
  const pending: Promise<void>[] = [];
  const flood = setInterval(() => {
    for (const due = ((performance.now() - startedAt) * PER_SECOND) / 1000; sent < due; sent++)
      pending.push(
        guess(port, sent).then((status) => void statuses.set(status, (statuses.get(status) ?? 0) + 1)),
      );
    rssMax = Math.max(rssMax, rssMb(pid));
  }, 5);
  const during = await timesFor(port, LASTING_MS);
  clearInterval(flood);
  await Promise.all(pending);
  const [calm, p99, grown] = [percentile(before, 99), percentile(during, 99), rssMax - rssBefore];
  const answers = [...statuses].map(([status, count]) => `${count} x ${status}`).join(", ");
  record(
    `${PER_SECOND} logins/s at the skeleton, each of another address at another account, ${LASTING_MS / 1000} s`,
    `other routes p99 ${Math.round(p99)} ms of ${during.length} (before: ${Math.round(calm)} ms), RSS + ${Math.round(grown)} MB; logins: ${answers}`,
    "other routes p99 < 100 ms, RSS + < 150 MB",
  );
  assert.ok(sent > (PER_SECOND * LASTING_MS) / 1100, `only ${sent} sent`);
  assert.ok(grown < 150, `RSS + ${grown} MB`);
  assert.ok(p99 < Math.max(100, 2 * calm), `p99 ${p99} ms, before ${calm} ms`);
});
