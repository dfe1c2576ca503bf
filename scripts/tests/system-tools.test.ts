import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { STEPS } from "../lib/steps.mjs";
import { SYSTEM_TOOLS, locate, locateAny, planInstall } from "../lib/system-tools.mjs";
import { temporaryFolder } from "./support.ts";

const redis = {
  name: "Redis",
  steps: ["faults"],
  variable: "REDIS_PATH",
  candidates: ["/nowhere/redis-server", "redis-server"],
  debian: ["redis-server"],
};
const nginx = {
  ...redis,
  name: "nginx",
  variable: "NGINX_PATH",
  candidates: ["nginx"],
  debian: ["nginx-light"],
};

test("finds a tool on the PATH, in its order", (t) => {
  const folder = temporaryFolder(t);
  program(join(folder, "b", "redis-server"));
  program(join(folder, "c", "redis-server"));
  const PATH = ["a", "b", "c"].map((name) => join(folder, name)).join(":");
  assert.equal(locate(redis, { PATH }), join(folder, "b", "redis-server"));
});

test("does not take a file that cannot be executed", (t) => {
  const folder = temporaryFolder(t);
  program(join(folder, "redis-server"));
  chmodSync(join(folder, "redis-server"), 0o644);
  assert.equal(locate(redis, { PATH: folder }), undefined);
});

test("does not look in the current folder for an empty or relative PATH entry", () => {
  assert.equal(locate({ ...redis, candidates: ["package.json", "run"] }, { PATH: ":.:.ci" }), undefined);
});

test("finds nothing without a PATH", () => {
  assert.equal(locate(redis, {}), undefined);
});

test("uses the tool that the user chose", (t) => {
  const chosen = join(temporaryFolder(t), "my redis");
  program(chosen);
  assert.equal(locate(redis, { REDIS_PATH: chosen, PATH: "" }), chosen);
});

test("refuses a chosen tool that is not there instead of trying another", () => {
  assert.throws(() => locate(redis, { REDIS_PATH: "/nowhere/redis", PATH: "/usr/bin" }), {
    code: "SYSTEM_TOOL_UNUSABLE",
  });
});

test("takes what does instead only where the tool is not there", (t) => {
  const folder = temporaryFolder(t);
  const tool = { ...redis, instead: ["valkey-server"] };
  program(join(folder, "valkey-server"));
  assert.equal(locate(tool, { PATH: folder }), undefined);
  assert.equal(locateAny(tool, { PATH: folder }), join(folder, "valkey-server"));
  program(join(folder, "redis-server"));
  assert.equal(locateAny(tool, { PATH: folder }), join(folder, "redis-server"));
});

test("installs with apt as root", () => {
  const plan = planInstall([redis, nginx], { isRoot: true, hasApt: true });
  assert.deepEqual(plan, { install: ["redis-server", "nginx-light"] });
});

test("tells a normal user exactly what to install", () => {
  const message = messageOf({ isRoot: false, hasApt: true });
  assert.match(message, /^\[SYSTEM_TOOL_MISSING\] Redis, nginx is not installed/);
  assert.match(message, /run as root: apt-get install --no-install-recommends redis-server nginx-light/);
  assert.match(message, /npm test -- --skip faults/);
});

test("names no apt command on a system without apt", () => {
  assert.doesNotMatch(messageOf({ isRoot: true, hasApt: false }), /apt-get/);
});

/** `npm run test:faults` and `npm run test:cluster`, which are no steps of `npm test`. */
const OTHER_COMMANDS = ["faults", "cluster"];

test("names only steps that exist in the table of tools", () => {
  const unknown = SYSTEM_TOOLS.flatMap(({ steps }) => steps).filter(
    (name) => !OTHER_COMMANDS.includes(name) && !STEPS.some((step) => step.name === name),
  );
  assert.deepEqual(unknown, []);
});

function messageOf(machine: { readonly isRoot: boolean; readonly hasApt: boolean }): string {
  const plan = planInstall([redis, nginx], machine);
  assert.ok("failure" in plan);
  return plan.failure.format();
}

function program(file: string): void {
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, "#!/bin/sh\n", { mode: 0o755 });
}
