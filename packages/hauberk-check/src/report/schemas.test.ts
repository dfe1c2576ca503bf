import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import addFormats from "ajv-formats";
import type { Ajv, Options, ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { check } from "../check.ts";
import { memoryFiles } from "../files/project-files.ts";
import { RULES } from "../rules/registry.ts";
import type { Report } from "./finding.ts";
import { json } from "./json.ts";
import { sarif } from "./sarif.ts";

const FOLDER = new URL("../../fixtures/apps/", import.meta.url);
const REPORT = new URL("../../schema/report.schema.json", import.meta.url);
/** The schema of OASIS for SARIF 2.1.0, as Microsoft's test matcher ships it. */
const SARIF = "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json";
/** SARIF's schema is of draft 4. The package's types do not say that its constructor is the module itself. */
const Ajv04 = createRequire(import.meta.url)("ajv-draft-04") as new (options: Options) => Ajv;

interface SarifLog {
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly SarifRule[] } };
      readonly results: readonly SarifResult[];
    },
  ];
}
interface SarifRule {
  readonly name: string;
  readonly shortDescription: { readonly text: string };
  readonly fullDescription: { readonly text: string };
  readonly properties: { readonly tags: readonly string[]; readonly "security-severity": string };
}
interface SarifResult {
  readonly locations: readonly {
    readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } };
  }[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
}

const validSarif: ValidateFunction = compiled(
  new Ajv04({ strict: false, allErrors: true, unicodeRegExp: false }),
  readFileSync(createRequire(import.meta.url).resolve(SARIF), "utf8"),
);
const validReport: ValidateFunction = compiled(
  new Ajv2020({ allErrors: true }),
  readFileSync(REPORT, "utf8"),
);

function compiled(ajv: Ajv, schema: string): ValidateFunction {
  addFormats.default(ajv);
  return ajv.compile(JSON.parse(schema) as object);
}

function assertValid(validate: ValidateFunction, text: string): void {
  assert.ok(validate(JSON.parse(text)), JSON.stringify(validate.errors?.slice(0, 5)));
}

const parsed = (report: Report): SarifLog => JSON.parse(sarif(report, "1.2.3")) as SarifLog;

describe("what machines read", () => {
  const reports = new Map<string, Report>();
  before(async () => {
    for (const name of readdirSync(FOLDER))
      reports.set(name, await check({ folder: fileURLToPath(new URL(name, FOLDER)) }));
  });

  for (const name of readdirSync(FOLDER)) {
    it(`is valid SARIF 2.1.0 and valid JSON of ours for ${name}`, () => {
      const report = reports.get(name);
      assert.ok(report);
      assertValid(validSarif, sarif(report, "1.2.3"));
      assertValid(validReport, json(report));
    });
  }

  it("is valid when nothing was found, nothing could be read, or only the running app showed it", async () => {
    const nothing = await check({ files: memoryFiles(new Map()) });
    const broken = await check({
      files: memoryFiles(new Map([["odd name #1 ü%.js", 'const app = require("express")(; \u0000']])),
    });
    assert.notDeepEqual(broken.notAnalysed, []);
    const [some] = reports.get("v4-shop")?.findings ?? [];
    assert.ok(some);
    const live: Report = {
      ...broken,
      findings: [
        {
          ...some,
          place: undefined,
          lenses: ["live"],
          evidence: [{ lens: "live", message: "seen", url: "http://127.0.0.1:1/", agrees: true }],
        },
      ],
    };
    for (const report of [nothing, broken, live]) {
      assertValid(validSarif, sarif(report, "1.2.3"));
      assertValid(validReport, json(report));
    }
  });

  it("names files so that GitHub finds them, whatever the name", async () => {
    const app =
      'const app = require("express")();\napp.get("/", (req, res) => res.send(req.query.a));\napp.listen(3000);\n';
    const report = await check({ files: memoryFiles(new Map([["my app/100% #1 ü.js", app]])) });
    const [result] = parsed(report).runs[0].results;
    assert.equal(
      result?.locations[0]?.physicalLocation.artifactLocation.uri,
      "my%20app/100%25%20%231%20%C3%BC.js",
    );
    assertValid(validSarif, sarif(report, "1.2.3"));
  });

  /** @see https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning */
  it("keeps to what GitHub's code scanning takes from SARIF", () => {
    const all = [...reports.values()].map(parsed);
    for (const { runs } of all) {
      for (const result of runs[0].results) {
        const uri = result.locations[0]?.physicalLocation.artifactLocation.uri ?? "";
        assert.match(uri, /^[^/:]+(?:\/[^/:]+)*$/);
        assert.match(result.partialFingerprints["hauberkCheck/v1"] ?? "", /^[\da-f]{8,}$/);
      }
      for (const rule of runs[0].tool.driver.rules) {
        assert.ok(rule.name.length <= 255 && rule.properties.tags.length <= 20);
        assert.ok(rule.shortDescription.text.length <= 1_024 && rule.fullDescription.text.length <= 1_024);
        assert.ok(Number(rule.properties["security-severity"]) <= 10);
      }
    }
    assert.ok(RULES.every((rule) => rule.title.length <= 1_024 && rule.why.length <= 1_024));
  });

  it("refuses a log that SARIF does not allow, so the schema is really asked", () => {
    const log = JSON.parse(sarif(reports.get("v4-shop") as Report, "1.2.3")) as {
      runs: { results: { level: string; locations: unknown }[] }[];
    };
    const [result] = log.runs[0]?.results ?? [];
    assert.ok(result);
    result.level = "fatal";
    assert.equal(validSarif(log), false);
    result.level = "error";
    assert.equal(validSarif(log), true);
    result.locations = [{ physicalLocation: { region: { startLine: 0 } } }];
    assert.equal(validSarif(log), false);
  });

  it("refuses a report that lacks what its schema promises", () => {
    const report = JSON.parse(json(reports.get("v4-shop") as Report)) as { findings: { rule?: string }[] };
    delete report.findings[0]?.rule;
    assert.equal(validReport(report), false);
  });
});
