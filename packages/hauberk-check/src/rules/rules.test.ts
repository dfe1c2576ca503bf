import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { check } from "../check.ts";
import { RULE_FAILED } from "../engine/context.ts";
import { memoryFiles } from "../files/project-files.ts";
import type { ExpressMajor } from "../model/app.ts";
import { EXAMPLES } from "./examples.ts";
import { allSource, exampleOf, ruleFolders } from "./generate.ts";
import { liveFixture } from "./kit/live-fixture.ts";
import { runLiveRules } from "../live/run.ts";
import { reference } from "./reference.ts";
import { RULES } from "./registry.ts";
import type { Rule } from "./rule.ts";

const VERSIONS: Readonly<Record<ExpressMajor, string>> = {
  2: "2.5.11",
  3: "3.21.2",
  4: "4.22.3",
  5: "5.3.0",
};
const FOLDER = new URL("./", import.meta.url);

describe("the rules", () => {
  it("stand in the registry, all of them", () => {
    assert.equal(
      readFileSync(new URL("all.ts", FOLDER), "utf8").replace(/\s+/g, " "),
      allSource(ruleFolders(FOLDER)).replace(/\s+/g, " "),
    );
  });

  it("have an example each, a faulty one and a fixed one, from the fixtures of today", () => {
    const ids = ruleFolders(FOLDER);
    const now = Object.fromEntries(ids.map((id) => [id, exampleOf(FOLDER, id)]));
    assert.deepEqual(
      EXAMPLES,
      Object.fromEntries(Object.entries(now).filter(([, one]) => one !== undefined)),
    );
    const without = RULES.filter((rule) => (rule.example ?? EXAMPLES[rule.id]) === undefined);
    assert.deepEqual(
      without.map((rule) => rule.id),
      [],
    );
  });

  it("have a reference that is current", () => {
    assert.equal(
      readFileSync(new URL("../../../../docs/reference/rules.md", import.meta.url), "utf8"),
      reference(),
    );
  });

  for (const rule of RULES)
    describe(rule.id, () => {
      testRule(rule);
    });
});

function testRule(rule: Rule): void {
  const fires = fixtures(rule, "fires");
  const clean = fixtures(rule, "clean");
  it("has fixtures that fire and fixtures that do not", () => {
    assert.ok(fires.length > 0, "no fixture in fixtures/fires");
    assert.ok(clean.length > 0, "no fixture in fixtures/clean");
  });
  it("has them for every lens it claims, and for every version of Express", () => {
    assert.deepEqual(
      {
        fires: gaps(rule, fires),
        clean: gaps(rule, clean).filter((gap) => !CANNOT_BE_CLEAN.has(`${rule.id} ${gap}`)),
      },
      { fires: [], clean: [] },
    );
    assert.equal(rule.lenses.includes("live"), rule.live !== undefined);
  });
  for (const one of fires)
    it(`fires on ${one.name}`, async () => {
      await expectFires(rule, one);
    });
  for (const one of clean)
    it(`is silent on ${one.name}`, async () => {
      await expectClean(rule, one);
    });
}

/** Express 3 itself is what these rules find. */
const CANNOT_BE_CLEAN: ReadonlySet<string> = new Set(["deps/express-eol 3", "deps/known-vulnerable 3"]);

/** Versions and lenses that a rule claims and none of these fixtures shows. */
function gaps(rule: Rule, all: readonly Fixture[]): readonly string[] {
  const source = all.filter((one) => !one.name.endsWith(".live.json"));
  const shown = new Set(source.flatMap((one) => versionsOf(rule, one)));
  const versions = rule.lenses.includes("source") ? rule.express.filter((one) => !shown.has(one)) : [];
  const noLive = rule.lenses.includes("live") && source.length === all.length;
  return [...versions.map(String), ...(noLive ? ["live"] : [])];
}

interface Fixture {
  readonly name: string;
  readonly text: string;
}

function fixtures(rule: Rule, kind: string): readonly Fixture[] {
  const folder = new URL(`${rule.id}/fixtures/${kind}/`, FOLDER);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) => ({ name, text: readFileSync(new URL(name, folder), "utf8") }));
}

async function expectFires(rule: Rule, fixture: Fixture): Promise<void> {
  if (fixture.name.endsWith(".live.json")) {
    assert.notDeepEqual(live(rule, fixture), []);
    return;
  }
  for (const version of versionsOf(rule, fixture)) {
    const found = await findings(rule, fixture, version);
    assert.ok(found.length > 0, `nothing found with Express ${String(version)}`);
    const marked = markedLines(fixture.text);
    if (marked.length > 0)
      assert.deepEqual(
        [...new Set(found)].toSorted((a, b) => a - b),
        marked,
        `lines with Express ${String(version)}`,
      );
  }
}

async function expectClean(rule: Rule, fixture: Fixture): Promise<void> {
  if (fixture.name.endsWith(".live.json")) {
    assert.deepEqual(live(rule, fixture), []);
    return;
  }
  for (const version of versionsOf(rule, fixture)) {
    assert.deepEqual(await findings(rule, fixture, version), [], `lines with Express ${String(version)}`);
  }
}

function live(rule: Rule, fixture: Fixture): readonly string[] {
  return runLiveRules([rule], liveFixture(fixture.text)).found.map((one) => one.problem.message);
}

function versionsOf(rule: Rule, fixture: Fixture): readonly ExpressMajor[] {
  const header = /^\/\/ express: ([\d ]+)/m.exec(fixture.text);
  if (header?.[1] === undefined) {
    const own = /"express"\s*:\s*"[^"\d]*(\d)/.exec(fixture.text)?.[1];
    return own === undefined ? rule.express : [Number(own) as ExpressMajor];
  }
  return header[1]
    .trim()
    .split(" ")
    .map((one) => Number(one) as ExpressMajor);
}

const markedLines = (text: string): readonly number[] =>
  text.split("\n").flatMap((line, i) => (line.includes("<- fires") ? [i + 1] : []));

async function findings(rule: Rule, fixture: Fixture, version: ExpressMajor): Promise<readonly number[]> {
  const report = await check({ files: memoryFiles(filesOf(fixture, version)), today: "2026-11-23" });
  assert.deepEqual(report.notAnalysed, []);
  assert.deepEqual(
    report.notChecked.filter((one) => one.reason.startsWith(RULE_FAILED)),
    [],
  );
  // What another rule is the root of is told beside it.
  return report.findings.flatMap((one) => [
    ...(one.rule === rule.id ? [one.place?.line ?? 0] : []),
    ...one.related.flatMap(({ message, place }) =>
      message.startsWith(`${rule.id}: `) ? [place?.line ?? 0] : [],
    ),
  ]);
}

/** A fixture is one file, or several when it has lines such as `==> views/login.pug`. */
function filesOf(fixture: Fixture, version: ExpressMajor): Map<string, string> {
  const files = new Map([
    ["package.json", `{ "name": "fixture", "dependencies": { "express": "${VERSIONS[version]}" } }`],
  ]);
  if (!fixture.name.endsWith(".files")) return files.set(fixture.name, fixture.text);
  for (const part of fixture.text.split(/^==> /m).slice(1)) {
    const newline = part.indexOf("\n");
    files.set(
      part.slice(0, newline).trim(),
      part.slice(newline + 1).replaceAll("$EXPRESS", VERSIONS[version]),
    );
  }
  return files;
}
