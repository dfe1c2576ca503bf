import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { buildImage, type Image } from "../deploy/support/dockerfile.ts";
import { useSkeleton } from "../deploy/support/journey.ts";
import { endWithUs } from "../support/end-with-us.ts";
import { freePort } from "../support/free-port.ts";
import { scratchFolder } from "../support/scratch.ts";
import { record } from "./support/report.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
const APP_SECRETS = "q5Zr0m2Xc8vYH1tKfLw7BnJ3dPsEuGiA9oRyTxMzQk4";
const PATIENCE = { timeout: 20_000 };

/** Starts what the image starts, as its user, with nothing in the environment but the image's own and these settings. */
async function startContainer(
  t: TestContext,
  { user, command, directory, environment }: Image,
  settings: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const [uid = 0, gid = 0] = user.split(":").map(Number);
  const [, ...flags] = command;
  const env = { PATH: process.env["PATH"], APP_SECRETS, ...environment, ...settings };
  const child = spawn(process.execPath, flags, { cwd: directory, env, uid, gid });
  endWithUs(child);
  t.after(() => void child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  await t.waitFor(() => assert.match(output, /skeleton is ready/, output), PATIENCE);
  return child;
}

async function stop(t: TestContext, child: ChildProcess): Promise<void> {
  child.kill("SIGTERM");
  await t.waitFor(() => assert.equal(child.exitCode, 0), PATIENCE);
}

/** The image's own check, of an application on this port. */
function checkHealth({ healthCheck, directory }: Image, port: number, origin: string): void {
  const [, ...words] = healthCheck;
  execFileSync(process.execPath, words, { cwd: directory, env: { ORIGIN: origin, PORT: String(port) } });
}

test("a clone becomes an image that serves every page as nobody in particular", async (t) => {
  const folder = scratchFolder(t);
  chmodSync(folder, 0o755);
  const application = join(folder, "application");
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
  execFileSync("npm", ["run", "stage:skeleton", "--", application], { cwd: REPOSITORY, env });
  const dockerfile = readFileSync(join(application, "deploy/docker/Dockerfile"), "utf8");
  const image = buildImage(dockerfile, application, folder);
  // The image has no more than what was copied into it.
  rmSync(application, { recursive: true });
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const open = await startContainer(t, image, { PORT: String(port), ORIGIN: origin });
  await useSkeleton(origin);
  await stop(t, open);
  // As behind the proxy of compose.yaml.
  const settings = { ORIGIN: "https://app.example", PROXY: "cidr:172.30.0.2/32,127.0.0.1/32" };
  const proxied = await startContainer(t, image, { PORT: String(port), ...settings });
  checkHealth(image, port, settings.ORIGIN);
  await stop(t, proxied);
  assert.throws(() => checkHealth(image, port, settings.ORIGIN), "nobody serves any more");
  record(
    "the image's Dockerfile from a clone of the repository, step by step, without an engine",
    `npm ci, pages compiled, served as ${image.user} under the shipped flags, health check green, SIGTERM: exit 0`,
    "every page and form used once",
  );
});
