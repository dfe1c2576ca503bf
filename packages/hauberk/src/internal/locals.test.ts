import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { test } from "node:test";
import type { Application } from "express";
import { serveProtected } from "../../test/served.ts";
import { RequestContext } from "./context.ts";
import { lazyLocals, Locals } from "./locals.ts";

function localsOf(context: RequestContext): Locals {
  return new Locals(new IncomingMessage(new Socket()), context);
}

function counted(): { context: RequestContext; issued: () => number } {
  const context = new RequestContext("GET", false);
  let count = 0;
  context.issueCsrfToken = () => `token${++count}`;
  return { context, issued: () => count };
}

test("a token nobody asks for is not made by copying or listing the locals", () => {
  const { context, issued } = counted();
  const locals = localsOf(context);
  const copies = [Object.assign({}, locals), JSON.stringify(locals), Object.keys(locals)];
  assert.equal(issued(), 0);
  assert.deepEqual(copies, [{}, "{}", []]);
});

test("a token is made when it is asked for", () => {
  const { context, issued } = counted();
  assert.equal(localsOf(context).csrftoken, "token1");
  assert.equal(issued(), 1);
});

test("without csrf the token is empty rather than the word undefined", () => {
  assert.equal(localsOf(new RequestContext("GET", false)).csrftoken, "");
});

test("one answer has one nonce, another answer another", () => {
  const locals = localsOf(new RequestContext("GET", false));
  assert.equal(locals.cspNonce, locals.cspNonce);
  assert.match(locals.cspNonce, /^[\w-]{24}$/);
  assert.notEqual(locals.cspNonce, localsOf(new RequestContext("GET", false)).cspNonce);
});

test("the nonce cannot be overwritten with a fixed one", () => {
  const locals = localsOf(new RequestContext("GET", false)) as { cspNonce: string };
  assert.throws(() => {
    locals.cspNonce = "fixed";
  }, TypeError);
});

test("no inherited name can be taken for a template's variable", () => {
  const locals = localsOf(new RequestContext("GET", false)) as unknown as Record<string, unknown>;
  for (const name of ["constructor", "toString", "hasOwnProperty", "__proto__", "valueOf"])
    assert.ok(!(name in locals), name);
});

test("template values are made when they are written, not when they are handed over", () => {
  const { context, issued } = counted();
  const { csrftoken } = lazyLocals(localsOf(context));
  assert.equal(issued(), 0);
  assert.equal(String(csrftoken as unknown), "token1");
  assert.equal(JSON.stringify({ csrftoken }), '{"csrftoken":"token2"}');
});

/** A template engine that writes what the page asks for, as Pug, EJS and Handlebars do. */
function withEngine(app: Application): void {
  app.engine("txt", (_path, options, done) => {
    const variables = options as unknown as Record<string, unknown>;
    done(null, ["cspNonce", "title", "user"].map((name) => `${name}=${String(variables[name])}`).join(" "));
  });
  app.set("views", new URL("../../test/views", import.meta.url).pathname);
  app.set("view engine", "txt");
}

test("every template gets the nonce beside its own variables", async (context) => {
  const { ask } = await serveProtected(context, (app) => {
    withEngine(app);
    app.get("/options", (_req, res) => {
      res.locals["user"] = "alice";
      res.render("any", { title: "T" });
    });
    app.get("/callback", (_req, res) => {
      res.render("any", (_error: Error | null, html: string) => void res.send(`called ${html}`));
    });
    app.get("/both", (_req, res) => {
      res.render("any", { title: "T" }, (_error, html) => void res.send(`called ${html}`));
    });
  });
  for (const [path, text] of [
    ["/options", /^cspNonce=([\w-]{24}) title=T user=alice$/],
    ["/callback", /^called cspNonce=([\w-]{24}) title=undefined/],
    ["/both", /^called cspNonce=([\w-]{24}) title=T/],
  ] as const) {
    const { body, headers } = await ask({ path });
    const nonce = text.exec(body)?.[1];
    assert.ok(nonce !== undefined, body);
    assert.ok(headers["content-security-policy"]?.includes(`'nonce-${nonce}'`), path);
  }
});
