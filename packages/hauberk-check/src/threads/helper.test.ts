import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { discover } from "../files/discover.ts";
import { partsOf } from "../model/project-parts.ts";
import { Project } from "../model/project.ts";
import { RULES } from "../rules/registry.ts";
import { Claims } from "./claims.ts";
import { startHelper, type Helper, type HelperOptions } from "./helper.ts";
import { readClaimed, readShared } from "./read-shared.ts";

const folder = mkdtempSync(join(tmpdir(), "hauberk-check-helper-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Three packages, and the thread that helps to look at them. */
function helped(options: HelperOptions = {}) {
  const root = mkdtempSync(join(folder, "project-"));
  for (const name of ["a", "b", "c"]) {
    mkdirSync(join(root, name));
    writeFileSync(join(root, name, "package.json"), JSON.stringify({ name }));
    writeFileSync(
      join(root, name, "app.js"),
      `const { send } = require("./pages.js");\nconst app = require("express")();\napp.get("/${name}", (req, res) => res.redirect(req.query.to));\napp.get("/page", (req, res) => send(req.query.page, res));\napp.listen(80);\n`,
    );
    // Parsed because a handler calls it: its own text has nothing of Express.
    writeFileSync(
      join(root, name, "pages.js"),
      `const fs = require("fs");\nexports.send = (page, out) => fs.createReadStream("pages/" + page).pipe(out);\n`,
    );
  }
  const project = new Project(discover(root));
  const helper = startHelper(root, project.files.list, { minFiles: 1, processors: 2, ...options });
  assert.ok(helper);
  return { project, parts: partsOf(project), helper };
}

const nobody = (): void => undefined;

describe("a thread that looks at parts", () => {
  it("sees what this one would see", async () => {
    const { project, parts, helper } = helped();
    const theirs = await helper.readParts(project, RULES, parts, new Claims());
    assert.deepEqual(theirs, readClaimed(project, RULES, parts, new Claims()));
    const found = [...(theirs?.values() ?? [])].map((part) => part.found.map((one) => one.rule.id));
    assert.ok(
      found.length === 3 &&
        found.every((ids) => ids.includes("redirect/open") && ids.includes("inject/path")),
    );
  });

  it("leaves alone what is taken", async () => {
    const { project, parts, helper } = helped();
    const claims = new Claims();
    claims.next();
    const theirs = await helper.readParts(project, RULES, parts, claims);
    assert.deepEqual([...(theirs?.keys() ?? [])], [1, 2]);
  });

  it("is not asked on one processor", async () => {
    const { project, parts, helper } = helped({ processors: 1 });
    assert.equal(await helper.readParts(project, RULES, parts, new Claims()), undefined);
  });

  const broken: readonly (readonly [name: string, script: string])[] = [
    ["cannot be loaded", "import './nothing.js'"],
    ["ends at once", "process.exit(0)"],
    [
      "throws when it is asked",
      'import { parentPort } from "node:worker_threads"; parentPort.once("message", () => { throw new Error("no"); })',
    ],
    ["never answers", "setInterval(() => undefined, 1_000)"],
  ];
  for (const [name, script] of broken)
    it(`says nothing when it ${name}`, async () => {
      const thread = new URL(`data:text/javascript,${encodeURIComponent(script)}`);
      const patienceMs = name === "never answers" ? 100 : 10_000;
      const { project, parts, helper } = helped({ thread, patienceMs });
      assert.equal(await helper.readParts(project, RULES, parts, new Claims()), undefined);
    });
});

/** A thread that takes a part and does not bring it back. */
const unreliable = (asked: () => void): Helper => ({
  ahead: { text: () => undefined, glance: () => undefined },
  readParts(_project, _rules, _parts, claims) {
    asked();
    claims.next();
    return Promise.resolve(undefined);
  },
});

describe("parts that two threads share", () => {
  it("reads here what the other one took and did not bring back", async () => {
    const { project, parts } = helped();
    const alone = await readShared(project, RULES, undefined, nobody, 0)(parts);
    let asked = 0;
    const helper = unreliable(() => {
      asked += 1;
    });
    assert.deepEqual(await readShared(project, RULES, helper, nobody, 0)(parts), alone);
    assert.equal(asked, 1);
  });

  it("asks nobody where there is little besides the heaviest part", async () => {
    const { project, parts } = helped();
    const helper = unreliable(() => {
      throw new Error("asked");
    });
    const size = Math.max(...parts.map((part) => project.files.read(part.reads[0] ?? "")?.length ?? 0));
    assert.equal((await readShared(project, RULES, helper, nobody, 3 * size)(parts)).length, 3);
  });

  it("has the parts in their order, whoever read them, and counts the sources of both", async () => {
    const { project, parts, helper } = helped();
    const alone = await readShared(project, RULES, undefined, nobody)(parts);
    assert.deepEqual(
      alone.map((part) => part.apps[0]?.place?.file),
      ["a/app.js", "b/app.js", "c/app.js"],
    );
    assert.deepEqual(await readShared(project, RULES, helper, nobody, 0)(parts), alone);
    const claims = new Claims();
    const before = claims.countRead();
    await helped().helper.readParts(project, RULES, parts, claims);
    assert.equal(claims.countRead(), before + parts.length + 1);
  });
});
