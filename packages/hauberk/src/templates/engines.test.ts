import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import ejs from "ejs";
import type { Application } from "express";
import pug from "pug";
import { serveProtected } from "../../test/served.ts";
import { ejsEngine } from "./ejs.ts";
import { pugEngine } from "./pug.ts";

const views = mkdtempSync(join(tmpdir(), "hauberk-views-"));
after(() => rmSync(views, { recursive: true, force: true }));
mkdirSync(join(views, "parts"));

const EVIL = "<script>evil()</script>";
const FILES: Readonly<Record<string, string>> = {
  "layout.pug": "html\n  head\n    style.\n      a{}\n    block scripts\n  body\n    block content\n",
  "page.pug": `extends layout
include parts/mixins
block scripts
  script(src="/a.js" defer)
  script(nonce="own") own()
block content
  if true
    each item in [1, 2]
      script(data-item=item).
        go()
  +loader
  != evil
`,
  "parts/mixins.pug": "mixin loader\n  script(src='/mixin.js')\n",
  "plain.pug": "p plain\n",
  "page.ejs": `<style>a{}</style><%- include("parts/more") %>
<script src="<%= "/a.js" %>" defer></script><script nonce="own"></script>
<% const text = "<script>"; %><%= text %><%- evil %>`,
  "parts/more.ejs": "<script>more()</script>",
  "plain.ejs": "<p>plain</p>",
};
for (const [name, text] of Object.entries(FILES)) writeFileSync(join(views, name), text);

const engines: readonly [name: string, prepare: (app: Application) => void, scripts: number][] = [
  ["pug", (app) => app.engine("pug", pugEngine(pug)), 5],
  ["ejs", (app) => app.engine("ejs", ejsEngine(ejs)), 3],
];
for (const [name, prepare, trusted] of engines) {
  test(`${name}: every script and style of the templates carries the nonce, and no other`, async (context) => {
    const { ask } = await serveProtected(context, (app) => {
      prepare(app);
      app.set("views", views).set("view engine", name).enable("view cache");
      app.get("/", (_req, res) => res.render("page", { evil: EVIL }));
    });
    const seen = new Set<string>();
    for (let round = 0; round < 3; round++) {
      const { body, headers } = await ask();
      const nonce = /'nonce-([\w-]{24})'/.exec(String(headers["content-security-policy"]))?.[1] ?? "";
      seen.add(nonce);
      assert.equal(body.split(`nonce="${nonce}"`).length - 1, trusted, body);
      assert.equal(body.split('nonce="own"').length - 1, 1);
      assert.ok(body.includes(EVIL), "markup from a value stays without one, and the browser blocks it");
    }
    assert.equal(seen.size, 3, "a cached template has a new nonce each time");
  });

  test(`${name}: a page without scripts asks for no nonce`, async (context) => {
    const { ask } = await serveProtected(context, (app) => {
      prepare(app);
      app.set("views", views).set("view engine", name);
      app.get("/", (_req, res) => {
        res.set("Cache-Control", "public, max-age=60").render("plain");
      });
    });
    assert.equal((await ask()).headers["cache-control"], "public, max-age=60");
  });
}
