import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { toolPath } from "../support/system-tool.ts";

const DEPLOY = join(import.meta.dirname, "../../skeleton/deploy");
const read = (file: string): string => readFileSync(join(DEPLOY, file), "utf8");

test("the service reaches little of the machine, as systemd sees it", () => {
  const unit = join(DEPLOY, "systemd/hauberk-skeleton.service");
  const { stdout, stderr } = spawnSync(toolPath("systemd-analyze"), ["security", "--offline=true", unit], {
    encoding: "utf8",
  });
  const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1]);
  assert.ok(exposure <= 1.5, `exposure ${exposure}`);
  // An unknown or misplaced key is a protection that is not on.
  assert.doesNotMatch(stderr + stdout, /Unknown key|Unknown section|ignoring/);
});

test("the image runs no install script and serves as nobody in particular", () => {
  const dockerfile = read("docker/Dockerfile");
  assert.match(dockerfile, /npm ci --omit=dev --ignore-scripts/);
  assert.match(dockerfile, /^USER 65532:65532$/m);
  assert.doesNotMatch(dockerfile, /CMD \["npm"|^ADD |:latest|--privileged/m);
  const afterUser = dockerfile.slice(dockerfile.indexOf("\nUSER "));
  assert.doesNotMatch(afterUser, /^(?:RUN|COPY) /m);
});

test("nginx in the container is the nginx of the guide with another upstream", () => {
  const expected = read("nginx/hauberk-skeleton.conf").replace("server 127.0.0.1:3000;", "server app:3000;");
  assert.equal(read("docker/nginx.conf"), expected);
});

for (const [what, pattern] of [
  ["no root file system to write to", /read_only: true/],
  ["no capability", /cap_drop: \[ALL\]/],
  ["no way to more privileges", /no-new-privileges:true/],
  ["no way out to the internet", /internal: true/],
  ["a proxy declaration with single addresses", /PROXY: cidr:172\.30\.0\.2\/32,127\.0\.0\.1\/32/],
] as const) {
  test(`compose gives the application ${what}`, () => {
    const app = read("docker/compose.yaml");
    assert.match(app, pattern);
  });
}

test("compose publishes the port of nginx only", () => {
  assert.deepEqual(read("docker/compose.yaml").match(/ports: .*/g), ['ports: ["80:80", "443:443"]']);
});

for (const [what, pattern] of [
  ["as an ordinary user", /runAsNonRoot: true/],
  ["without a service account", /automountServiceAccountToken: false/],
  ["without a way to more privileges", /allowPrivilegeEscalation: false/],
  ["on a read-only file system", /readOnlyRootFilesystem: true/],
  ["without capabilities", /drop: \[ALL\]/],
  ["under the default system call filter", /type: RuntimeDefault/],
  ["without a way out", /policyTypes: \[Ingress, Egress\]/],
] as const) {
  test(`Kubernetes runs the application ${what}`, () =>
    assert.match(read("kubernetes/hauberk-skeleton.yaml"), pattern));
}
