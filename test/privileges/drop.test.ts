import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import type { Facts } from "../apps/privileged.ts";
import { fileOf } from "../support/run-child.ts";
import { startServer } from "../support/server-process.ts";
import { freeLowPort, NEEDS_ROOT, WITH_GROUPS } from "./root.ts";

interface Report {
  readonly atDrop: Facts;
  readonly atFirstConnection: Facts;
  readonly atAnswer: Facts;
  readonly shadowAsync: string;
}

const accounts: readonly [user: string, group: string][] = [
  ["nobody", "nogroup"],
  ["www-data", "www-data"],
];

for (const [user, group] of accounts) {
  test(`serves port < 1024 as ${user}, with nothing of root left`, { skip: NEEDS_ROOT }, async () => {
    const server = await startServer({ after }, fileOf("../apps/privileged.ts", import.meta.url), {
      port: await freeLowPort(),
      wrapper: WITH_GROUPS,
      env: { RUN_AS_USER: user, RUN_AS_GROUP: group },
    });
    const report = (await (await fetch(`${server.origin}/facts`)).json()) as Report;
    const [uid, gid] = idsOf(user);

    assert.equal(report.atDrop.connectionsBefore, 0, "dropped before the first connection was accepted");
    assert.equal(report.atFirstConnection.connectionsBefore, 0);
    for (const [moment, facts] of Object.entries(report).filter(([name]) => name !== "shadowAsync")) {
      assertDropped(facts as Facts, { uid, gid }, moment);
    }
    assert.equal(report.shadowAsync, "EACCES", "read on a thread of libuv");
    assertThreadsDropped(server.pid, uid);
  });
}

function assertDropped(facts: Facts, { uid, gid }: { uid: number; gid: number }, moment: string): void {
  assert.deepEqual([facts.uid, facts.gid], [uid, gid], moment);
  // The group dropped to may be listed; 0 (root), 4 (adm) and 42 (shadow) must not.
  assert.ok(
    facts.groups?.every((group) => group === gid),
    `${moment}: groups ${String(facts.groups)}`,
  );
  assert.deepEqual(new Set(facts.status["Uid"]?.split("\t")), new Set([String(uid)]), moment);
  assert.deepEqual(new Set(facts.status["Gid"]?.split("\t")), new Set([String(gid)]), moment);
  for (const set of ["CapEff", "CapPrm", "CapInh", "CapAmb"])
    assert.match(facts.status[set] ?? "", /^0+$/, `${moment}: ${set}`);
  assert.deepEqual([facts.shadow, facts.setuid, facts.setgroups], ["EACCES", "EPERM", "EPERM"], moment);
}

/** The kernel keeps identities per thread; one that kept root would run file operations as root. */
function assertThreadsDropped(pid: number, uid: number): void {
  const uids = execFileSync("sh", ["-c", `cat /proc/${pid}/task/*/status | grep ^Uid`], { encoding: "utf8" });
  assert.deepEqual(new Set(uids.trim().split(/\s+/)), new Set(["Uid:", String(uid)]));
}

function idsOf(user: string): readonly [uid: number, gid: number] {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((each) => each.startsWith(`${user}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return [Number(uid), Number(gid)];
}
