import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { runCommand } from "../../test/kit/command.ts";

const folder = mkdtempSync(join(tmpdir(), "hauberk-check-"));
writeFileSync(
  join(folder, "app.js"),
  'const app = require("express")();\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);\n',
);
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Each of these once looked like a pass, or like a fault of the checker. */
const mistakes: readonly (readonly [name: string, argv: readonly string[], says: RegExp])[] = [
  ["rules that cancel each other out", [folder, "--only", "session", "--skip", "session"], /leave no rule/],
  ["an empty command, from a variable nobody set", [folder, "--start", ""], /--start is empty/],
  ["an empty address", [folder, "--url", " "], /--url is empty/],
  ["an empty module", [folder, "--app", ""], /--app is empty/],
  ["no lens at all", [folder, "--no-source"], /nothing to look at/],
  ["a user without a password", [folder, "--user", "alice"], /HAUBERK_CHECK_PASSWORD/],
  ["a password without a user", [folder, "--password", "x"], /--user/],
  [
    "a report into a folder that is not there",
    [folder, "--output", join(folder, "no/r.txt")],
    /cannot be written: there is no such/,
  ],
  ["a report over a folder", [folder, "--output", folder], /cannot be written: it is a folder/],
  ["a baseline that is a folder", [folder, "--baseline", folder], /cannot be read: it is a folder/],
  [
    "a baseline that is not there",
    [folder, "--baseline", join(folder, "b.json")],
    /--update-baseline writes it/,
  ],
  [
    "a baseline below a file",
    [folder, "--baseline", join(folder, "app.js/b"), "--update-baseline"],
    /a part of the path is a file/,
  ],
  ["an update without a baseline", [folder, "--update-baseline"], /needs --baseline/],
  ["a level that is none", [folder, "--severity", "HIGH"], /it takes critical, high/],
  ["a time without an end", [folder, "--timeout", "Infinity"], /takes seconds, up to 600/],
  ["a time that is no number", [folder, "--timeout", "1m"], /takes seconds/],
  ["an option of a later version", [folder, "--fail"], /--fail/],
];

describe("a command line with a mistake", () => {
  for (const [name, argv, says] of mistakes) {
    it(`ends with 2 and says so: ${name}`, async () => {
      const { code, err } = await runCommand(argv);
      assert.match(err, says);
      assert.match(err, /^hauberk-check: [^\n]+\n$/);
      assert.equal(code, 2);
    });
  }

  it("is not one that leaves a password in the environment unused", async () => {
    assert.equal((await runCommand([folder], { HAUBERK_CHECK_PASSWORD: "x" })).code, 1);
  });
});

describe("a reader that stops reading", () => {
  it("is no fault of the checker, and the exit code still counts", async () => {
    const command = fileURLToPath(new URL("../../test/kit/run.ts", import.meta.url));
    const child = spawn(process.execPath, [command, folder]);
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.stdout.destroy();
    const [code] = (await once(child, "close")) as [number | null];
    assert.deepEqual([code, said], [1, ""]);
  });
});
