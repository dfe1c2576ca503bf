import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hideSecrets } from "./hide.ts";

describe("hiding secrets", () => {
  for (const [text, want] of [
    ['app.use(session({ secret: "keyboard cat" }));', 'app.use(session({ secret: "***" }));'],
    ["const key = process.env.KEY || 'it\\'s mine';", "const key = process.env.KEY || '***';"],
    ["SESSION_SECRET=abc\nPORT=3000", "SESSION_SECRET=***\nPORT=***"],
    ["const x = `-----BEGIN PRIVATE KEY-----`;", "const x = `***`;"],
  ] as const) {
    it(`turns ${JSON.stringify(text)} into ${JSON.stringify(want)}`, () => {
      assert.equal(hideSecrets("session/hardcoded-secret", text), want);
    });
  }

  it("leaves what other rules point at as it is", () => {
    assert.equal(hideSecrets("csrf/missing", 'app.post("/transfer")'), 'app.post("/transfer")');
  });
});
