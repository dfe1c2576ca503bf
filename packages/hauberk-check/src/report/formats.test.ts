import { describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { check } from "../check.ts";
import { discover } from "../files/discover.ts";
import { github } from "./github.ts";
import { html } from "./html.ts";
import { json } from "./json.ts";
import { pretty } from "./pretty.ts";
import { sarif } from "./sarif.ts";

const FOLDER = new URL("../../fixtures/apps/", import.meta.url);

describe("the formats", () => {
  for (const name of ["article-1", "v5-notes"]) {
    it(`show ${name} as before`, async (t: TestContext) => {
      const files = discover(fileURLToPath(new URL(name, FOLDER)));
      const report = await check({ files });
      const texts = {
        pretty: pretty(report, files, false),
        json: json(report),
        sarif: sarif(report, "0.0.0"),
        github: github(report),
        html: html(report, files),
      };
      for (const text of Object.values(texts)) t.assert.snapshot(text, { serializers: [String] });
    });
  }
});
