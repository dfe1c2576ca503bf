import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { describe, it } from "node:test";
import { check } from "../check.ts";
import { memoryFiles } from "../files/project-files.ts";
import { below } from "./below.ts";
import { github } from "./github.ts";
import { sarif } from "./sarif.ts";

const BASE = resolve("/repository");
const APP = `const app = require("express")();
app.use(require("express-session")({ secret: "a secret of one's own, long enough" }));
app.post("/a", (req, res) => res.send("hi"));
app.listen(3000);
`;

async function reportOf(folder: string) {
  const report = await check({ files: memoryFiles(new Map([["src/app.js", APP]])) });
  return { ...report, root: folder };
}

describe("files as GitHub names them", () => {
  it("stand below the repository when one of its folders was checked", async () => {
    const report = below(await reportOf(join(BASE, "packages", "api")), BASE);
    assert.match(github(report), /^::error file=packages\/api\/src\/app\.js,line=/);
    const { runs } = JSON.parse(sarif(report, "1.0.0")) as {
      runs: [{ results: { locations: unknown; relatedLocations: unknown }[] }];
    };
    const uris = [...JSON.stringify(runs[0].results).matchAll(/"uri":"([^"]+)"/g)].map((one) => one[1]);
    assert.deepEqual([...new Set(uris)], ["packages/api/src/app.js"]);
    assert.ok(runs[0].results.some((one) => (one.relatedLocations as []).length > 0));
  });

  for (const [name, folder] of [
    ["the folder is the repository", BASE],
    ["the folder is another one", resolve("/elsewhere")],
    ["the folder only begins like it", resolve("/repository-2")],
  ] as const) {
    it(`stay as they are when ${name}`, async () => {
      const report = await reportOf(folder);
      assert.deepEqual(below(report, BASE), report);
    });
  }
});
