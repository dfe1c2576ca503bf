import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { VISITOR_KEYS } from "@babel/types";
import { SKIPPED_KEYS } from "./ast.ts";
import { CHILD_KEYS } from "./child-keys.ts";

describe("where the nodes below a node stand", () => {
  for (const [type, keys] of CHILD_KEYS)
    it(`${type}: what Babel says of it, and nothing is left out`, () => {
      const all = VISITOR_KEYS[type] ?? [];
      assert.deepEqual(
        keys,
        all.filter((key) => !SKIPPED_KEYS.has(key)),
      );
    });
});
