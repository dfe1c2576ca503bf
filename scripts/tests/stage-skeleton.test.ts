import assert from "node:assert/strict";
import { test } from "node:test";
import { isShipped } from "../lib/stage-skeleton.ts";

const LEFT_OUT = [
  ".env",
  ".env.production",
  "data",
  "app.sqlite",
  "app.sqlite-wal",
  "app.log",
  "build",
  "node_modules",
  "tsconfig.json",
  "src/test-support",
  "src/app.test.ts",
];

for (const path of LEFT_OUT) {
  test(`keeps ${path} of the skeleton out of what is shipped`, () => {
    assert.equal(isShipped(`/clone/skeleton/${path}`), false);
  });
}

test("ships what runs, and the example that explains the settings", () => {
  for (const path of [".env.example", "src/main.ts", "src/database", "views/layout.pug", "public/mail.svg"])
    assert.equal(isShipped(`/clone/skeleton/${path}`), true, path);
});
