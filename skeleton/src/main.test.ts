import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort } from "../../test/support/free-port.ts";
import { ownMillis, TELL_OWN_TIME } from "../../test/support/own-time.ts";
import { PATIENCE } from "../../test/support/patience.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const SECRET = "q5Zr0m2Xc8vYH1tKfLw7BnJ3dPsEuGiA9oRyTxMzQk4";
/** What an operator waits for to be told that a setting is wrong. */
const DEADLINE_MS = 2000;
const ATTEMPTS = 3;

let directory = "";
before(() => {
  directory = mkdtempSync(join(tmpdir(), "skeleton-main-"));
});
after(() => {
  rmSync(directory, { recursive: true, force: true });
});

function launch(settings: Readonly<Record<string, string>>): ChildProcess {
  const env = {
    PATH: process.env["PATH"],
    NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
    APP_SECRETS: SECRET,
    DATA_DIR: join(directory, "data"),
    // Run as root in a container, the tests are about something else.
    INSECURE_SERVE_AS_ROOT: "true",
    ...settings,
  };
  return spawn(process.execPath, ["--conditions=source", TELL_OWN_TIME, MAIN, join(directory, "no.env")], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

interface Outcome {
  readonly code: number | null;
  readonly errors: string;
  readonly millis: number;
}

async function outcome(child: ChildProcess): Promise<Outcome> {
  let [errors, output] = ["", ""];
  child.stderr?.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const patience = setTimeout(() => child.kill("SIGKILL"), PATIENCE.timeout);
  const [code] = (await once(child, "close")) as [number | null];
  clearTimeout(patience);
  return { code, errors, millis: ownMillis(output) };
}

/** Starts it again when it came late: a cold disk makes it slow once, but a slow start is slow each time. */
async function refusal(settings: Readonly<Record<string, string>>): Promise<Outcome> {
  const late: number[] = [];
  while (late.length < ATTEMPTS) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const ended = await outcome(launch(settings));
    if (ended.millis <= DEADLINE_MS) return ended;
    late.push(ended.millis);
  }
  throw new Error(`took ${late.join(", ")} ms`);
}

/** More settings, ports and folders: test/start/skeleton.test.ts. */
const REFUSED: readonly [name: string, settings: () => Record<string, string>, code: RegExp][] = [
  ["plain http for another machine", () => ({ ORIGIN: "http://app.example", PORT: "0" }), /SETTING_INVALID/],
  ["a corrupt database", () => ({ DATA_DIR: corrupt("app.sqlite") }), /DATA_UNUSABLE/],
  [
    "a corrupt session database",
    () => ({ DATA_DIR: corrupt("sessions.sqlite") }),
    /DATA_UNUSABLE|SESSION_STORE_UNUSABLE/,
  ],
];

for (const [name, settings, code] of REFUSED) {
  test(`does not start with ${name}, and says what, why and how to fix it`, async () => {
    const { code: exitCode, errors } = await refusal(settings());
    assert.equal(exitCode, 1, errors);
    assert.match(errors, /^\[[A-Z_]+\] .+\n {2}Why: .+\n {2}Fix: .+/);
    assert.match(errors, code);
    assert.doesNotMatch(errors, /\n {4}at /);
  });
}

test("says where it is, and ends cleanly when told to", async (t) => {
  const child = launch({ PORT: String(await freePort()) });
  let told = "";
  child.stderr?.on("data", (chunk: Buffer) => (told += chunk.toString()));
  await t.waitFor(() => assert.match(told, /http:\/\/localhost:\d+/), PATIENCE);
  const origin = /http:\/\/localhost:\d+/.exec(told)?.[0] ?? "";
  assert.equal((await fetch(`${origin}/healthz`)).status, 200);
  const ended = outcome(child);
  child.kill("SIGTERM");
  assert.equal((await ended).code, 0);
});

function corrupt(name: string): string {
  const folder = join(directory, `corrupt-${name}`);
  mkdirSync(folder);
  writeFileSync(join(folder, name), "this is not a database ".repeat(500));
  return folder;
}
