import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { check } from "../check.ts";
import { discover } from "../files/discover.ts";
import { sorted } from "../sorted.ts";
import { clonedSkeleton } from "../../test/kit/skeleton.ts";
import type { Report } from "./finding.ts";
import { github } from "./github.ts";
import { html } from "./html.ts";
import { json } from "./json.ts";
import { pretty } from "./pretty.ts";
import { sarif } from "./sarif.ts";

const FOLDER = new URL("../../fixtures/apps/", import.meta.url);

interface Texts {
  readonly pretty: string;
  readonly json: string;
  readonly sarif: string;
  readonly github: string;
  readonly html: string;
}

async function textsOf(folder: string | URL): Promise<Texts> {
  const files = discover(typeof folder === "string" ? folder : fileURLToPath(folder));
  const report = await check({ files });
  return {
    pretty: pretty(report, files, false),
    json: json(report),
    sarif: sarif(report, "0.0.0"),
    github: github(report),
    html: html(report, files),
  };
}

/** `rule file:line` of each finding, read back out of what people and programs get to see. */
const READERS: Readonly<Record<Exclude<keyof Texts, "pretty">, (text: string) => readonly string[]>> = {
  json: (text) =>
    (JSON.parse(text) as Report).findings.map(
      ({ rule, place }) => `${rule} ${place?.file ?? ""}:${String(place?.line ?? 0)}`,
    ),
  sarif: (text) => {
    const { runs } = JSON.parse(text) as {
      runs: [{ results: { ruleId: string; locations: [{ physicalLocation: Location }] }[] }];
    };
    return runs[0].results.map(({ ruleId, locations: [{ physicalLocation: at }] }) => {
      const file = at.artifactLocation.uri.split("/").map(decodeURIComponent).join("/");
      return `${ruleId} ${file}:${String(at.region.startLine)}`;
    });
  },
  github: (text) =>
    [...text.matchAll(/^::(?:error|warning|notice) file=([^,]+),line=(\d+),.*?title=([\w/-]+)%3A /gm)].map(
      ([, file = "", line = "", rule = ""]) => `${rule} ${file}:${line}`,
    ),
  html: (text) =>
    [...text.matchAll(/<code>([\w/-]+)<\/code><\/h3>\n<p class="where">([^ ]+?):(\d+):\d+ /g)].map(
      ([, rule = "", file = "", line = ""]) => `${rule} ${file}:${line}`,
    ),
};

interface Location {
  readonly artifactLocation: { readonly uri: string };
  readonly region: { readonly startLine: number };
}

/** The pretty report groups: a block for each rule, its first places, and how many more. */
function countedIn(text: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const block of text.split("\n\n")) {
    const rule = /^(?:CRITICAL|HIGH|MEDIUM|LOW|INFO) +([\w/-]+) {2}/.exec(block)?.[1];
    if (rule === undefined) continue;
    const places = block.match(/^ {2}[^ ][^\n]*?:\d+:\d+ {2}/gm)?.length ?? 0;
    counts[rule] = places + Number(/^ {2}\.\.\. and (\d+) more;/m.exec(block)?.[1] ?? 0);
  }
  return counts;
}

function expectedOf(name: string): readonly string[] {
  const text = readFileSync(new URL(`${name}/expected.txt`, FOLDER), "utf8");
  return sorted(text.split("\n").filter((line) => line !== ""));
}

describe("each format", () => {
  for (const name of readdirSync(FOLDER)) {
    it(`says of ${name} what is expected, all of it and nothing else`, async () => {
      const expected = expectedOf(name);
      const texts = await textsOf(new URL(`${name}/`, FOLDER));
      for (const [format, read] of Object.entries(READERS))
        assert.deepEqual(sorted(read(texts[format as keyof Texts])), expected, format);
      const counts: Record<string, number> = {};
      for (const rule of expected.map((line) => line.split(" ")[0] ?? ""))
        counts[rule] = (counts[rule] ?? 0) + 1;
      assert.deepEqual(countedIn(texts.pretty), counts);
    });
  }

  for (const [name, folder] of [
    ["article-1", new URL("article-1/", FOLDER)],
    ["v5-notes", new URL("v5-notes/", FOLDER)],
  ] as const) {
    it(`shows ${name} as before`, async (t: TestContext) => {
      for (const text of Object.values(await textsOf(folder)))
        t.assert.snapshot(text, { serializers: [String] });
    });
  }

  it("says of the skeleton that nothing was found, and draws what each of its routes passes", async () => {
    using skeleton = clonedSkeleton();
    const texts = await textsOf(skeleton.root);
    assert.match(
      texts.pretty,
      /^Nothing found: \d+ rules, \d+ sources, \d+ apps and routers, \d+ routes\.\n$/,
    );
    for (const [format, read] of Object.entries(READERS))
      assert.deepEqual(read(texts[format as keyof Texts]), [], format);
    assert.equal(texts.github, "");
    assert.match(texts.html, /<p>Nothing found\.<\/p>/);
    const [routes, pictures] = [
      Number(/(\d+) routes\./.exec(texts.pretty)?.[1]),
      texts.html.split("<svg ").length - 1,
    ];
    assert.ok(routes > 20);
    assert.equal(pictures, routes);
    assert.doesNotMatch(texts.html, /class="missing"/);
  });
});
