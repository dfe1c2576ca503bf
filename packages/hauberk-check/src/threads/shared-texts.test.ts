import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Glance } from "../files/glance.ts";
import { SharedTexts } from "./shared-texts.ts";

const PLAIN: Glance = { isWorthReading: false, namesExpress: false, hasMark: false, specifiers: [] };

const worth = (specifiers: readonly string[] = []): Glance => ({
  isWorthReading: true,
  namesExpress: false,
  hasMark: false,
  specifiers,
});

describe("texts that two threads share", () => {
  it("has no text before it is put there, and keeps each apart", () => {
    const texts = SharedTexts.withRoomFor(2, 100);
    assert.deepEqual([texts.take(1), texts.glance(1)], [undefined, undefined]);
    assert.equal(texts.put(1, Buffer.from("two"), worth(["b", "c"])), true);
    assert.equal(texts.put(0, Buffer.from("one"), worth()), true);
    assert.deepEqual([texts.take(0), texts.take(1)], ["one", "two"]);
    assert.deepEqual([texts.glance(0), texts.glance(1)], [worth(), worth(["b", "c"])]);
  });

  it("says how far the taker has come, from the end", () => {
    const texts = SharedTexts.withRoomFor(9, 100);
    assert.equal(texts.reached, 9);
    texts.glance(7);
    texts.glance(8);
    assert.equal(new SharedTexts(texts.memory).reached, 7);
  });

  it("refuses what it has no room for, and keeps what it has", () => {
    const texts = SharedTexts.withRoomFor(3, 6);
    assert.equal(texts.put(0, Buffer.from("four"), worth(["ab"])), true);
    assert.equal(texts.put(1, Buffer.from("x"), worth()), false);
    assert.equal(texts.put(1, Buffer.from("xyz"), PLAIN), true, "no text, no room");
    assert.deepEqual([texts.take(0), texts.take(1), texts.glance(1)], ["four", undefined, PLAIN]);
  });
});
