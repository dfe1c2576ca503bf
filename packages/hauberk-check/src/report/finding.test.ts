import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Lens } from "../rules/rule.ts";
import { lensFailed, type Report } from "./finding.ts";

const ROWS: readonly (readonly [what: string, lenses: readonly Lens[], seen: readonly Lens[], boolean])[] = [
  ["the live lens saw nothing", ["live"], [], true],
  ["the live lens saw nothing, and the sources are there", ["source", "live"], ["source"], true],
  ["the stack lens saw nothing, and the server answers", ["stack", "live"], ["live"], true],
  ["all saw it", ["source", "stack", "live"], ["source", "stack", "live"], false],
  ["the sources lie elsewhere, and the server answers", ["source", "live"], ["live"], false],
  ["only the sources were asked", ["source"], [], false],
];

describe("whether a lens that was asked for could not look", () => {
  for (const [what, lenses, seen, failed] of ROWS)
    it(what, () => {
      const apps = seen.map((lens) => ({ lens })) as unknown as Report["apps"];
      assert.equal(lensFailed({ lenses, apps } as Report), failed);
    });
});
