import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import { mountPathOf } from "./mount-path.ts";

interface Layer {
  readonly regexp: RegExp;
  readonly keys: readonly { readonly name: string | number }[];
}
interface App {
  use(path: unknown, fn: (req: unknown, res: unknown, next: () => void) => void): void;
  readonly _router: { readonly stack: readonly Layer[] };
}
const express = createRequire(import.meta.url)("express4") as () => App;

/** What Express itself keeps of a mount path. */
function kept(path: unknown): Layer {
  const app = express();
  app.use(path, (_req, _res, next) => {
    next();
  });
  const layer = app._router.stack.at(-1);
  assert.ok(layer);
  return layer;
}

describe("the path of a layer of Express 4", () => {
  for (const [path, want] of [
    ["/admin", "/admin"],
    ["/a.b/c-d", "/a.b/c-d"],
    ["/users/:id", "/users/:id"],
    ["/users/:id/posts/:post", "/users/:id/posts/:post"],
    ["/Admin/", "/Admin"],
    // What means more than one path is left to the expression itself.
    ["/opt/:id?", undefined],
    ["/x*", undefined],
    ["/n/:id(\\d+)", undefined],
    [["/a", "/b"], undefined],
    [/^\/admin/, undefined],
    [/^\/admin\/?(?=\/|$)|x/, undefined],
  ] as const) {
    it(`is ${want ?? "unknown"} for ${String(path)}`, () => {
      const { regexp, keys } = kept(path);
      assert.equal(mountPathOf(regexp.source, keys), want);
    });
  }
});
