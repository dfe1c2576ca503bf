import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseListenOptions } from "../../packages/hauberk/src/server/options.ts";
import { toolPath } from "../support/system-tool.ts";

const DEPLOY = join(import.meta.dirname, "../../skeleton/deploy");
const read = (file: string): string => readFileSync(join(DEPLOY, file), "utf8");
const MAX_EXPOSURE = 1.5;

for (const name of ["hauberk-skeleton.service", "hauberk-skeleton-direct.service"]) {
  test(`${name} reaches little of the machine, as systemd sees it`, () => {
    const unit = join(DEPLOY, "systemd", name);
    const { stdout, stderr } = spawnSync(toolPath("systemd-analyze"), ["security", "--offline=true", unit], {
      encoding: "utf8",
    });
    const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1]);
    assert.ok(exposure <= MAX_EXPOSURE, `exposure ${exposure}`);
    // An unknown or misplaced key is a protection that is not on.
    assert.doesNotMatch(stderr + stdout, /Unknown key|Unknown section|ignoring/);
  });
}

test("systemd understands the units, but for the programs an installation has", () => {
  const units = [
    "hauberk-skeleton.service",
    "hauberk-skeleton-direct.service",
    "hauberk-skeleton-direct.socket",
  ];
  const { stderr } = spawnSync(
    toolPath("systemd-analyze"),
    ["verify", "--man=no", ...units.map((unit) => join(DEPLOY, "systemd", unit))],
    {
      encoding: "utf8",
    },
  );
  const ours = stderr.split("\n").filter((line) => line.includes("hauberk-skeleton"));
  assert.deepEqual(
    ours.filter((line) => !/\/usr\/bin\/node is not executable/.test(line)),
    [],
  );
});

/** The lines of a unit that say something, sorted. */
function linesOf(unit: string): ReadonlySet<string> {
  return new Set(
    read(`systemd/${unit}`)
      .split("\n")
      .filter((line) => /^[A-Z]/.test(line)),
  );
}

test("the unit without a proxy is the other one but for where it listens and who may connect", () => {
  const [proxied, direct] = [linesOf("hauberk-skeleton.service"), linesOf("hauberk-skeleton-direct.service")];
  const names = [...proxied, ...direct]
    .filter((line) => !(proxied.has(line) && direct.has(line)))
    .map((line) => line.slice(0, line.indexOf("=")));
  const allowed = [
    "Also",
    "Environment",
    "ExecStart",
    "IPAddressAllow",
    "IPAddressDeny",
    "LoadCredential",
    "Requires",
    "SocketBindAllow",
    "WantedBy",
  ];
  assert.deepEqual([...new Set(names)].toSorted(), allowed);
});

test("the sockets are opened in the order in which the application takes them", () => {
  assert.deepEqual(read("systemd/hauberk-skeleton-direct.socket").match(/^ListenStream=.*/gm), [
    "ListenStream=443",
    "ListenStream=80",
  ]);
});

test("the image runs no install script and serves as nobody in particular", () => {
  const dockerfile = read("docker/Dockerfile");
  assert.match(dockerfile, /npm ci --omit=dev --ignore-scripts/);
  assert.match(dockerfile, /^USER 65532:65532$/m);
  assert.doesNotMatch(dockerfile, /CMD \["npm"|^ADD |:latest|--privileged/m);
  assert.equal(dockerfile.match(/^FROM /gm)?.length, 2);
  const afterUser = dockerfile.slice(dockerfile.indexOf("\nUSER "));
  assert.doesNotMatch(afterUser, /^(?:RUN|COPY) /m);
});

for (const [name, file, setting] of [
  ["the unit", "systemd/hauberk-skeleton.service", "Environment=MALLOC_ARENA_MAX=2"],
  ["the unit without a proxy", "systemd/hauberk-skeleton-direct.service", "Environment=MALLOC_ARENA_MAX=2"],
  ["the image", "docker/Dockerfile", "ENV MALLOC_ARENA_MAX=2"],
] as const) {
  test(`a flood of log-ins leaves ${name} two heaps of argon2's memory and not one for each thread`, () => {
    assert.ok(read(file).split("\n").includes(setting));
  });
}

test("nginx in the container is the nginx of the guide with another upstream", () => {
  const expected = read("nginx/hauberk-skeleton.conf").replace("server 127.0.0.1:3000;", "server app:3000;");
  assert.equal(read("docker/nginx.conf"), expected);
});

for (const [name, file, seconds] of [
  ["nginx", "nginx/hauberk-skeleton.conf", /keepalive 32;[^}]*?keepalive_timeout (\d+)s;/],
  ["Caddy", "caddy/Caddyfile", /transport http \{\s*keepalive (\d+)s/],
] as const) {
  test(`${name} lets go of an idle connection before the application closes it, with a form on its way`, () => {
    const kept = Number(seconds.exec(read(file))?.[1]) * 1000;
    assert.ok(kept < parseListenOptions({ port: 1 }).keepAliveTimeoutMs, `${kept} ms`);
  });
}
