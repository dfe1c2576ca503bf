import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Application } from "express";
import { BOTH_KINDS, serve } from "../../test/session/app.ts";
import { keyOf } from "./id.ts";
import "../express.ts";

function routes(app: Application): void {
  app.get("/id", (req, res) => void res.send(req.session.id));
  app.get("/twice", (req, res) => void res.json([req.session.id, req.session.id]));
  app.get("/start", (req, res) => {
    const before = req.session.id;
    Reflect.set(req.session, "cart", []);
    res.json([before]);
  });
  app.get("/save", async (req, res) => {
    const before = req.session.id;
    Reflect.set(req.session, "cart", []);
    await req.session.save();
    res.json([before, req.session.id]);
  });
  app.get("/change/:call", async (req, res) => {
    const before = req.session.id;
    if (req.params.call === "login") await req.session.login("alice");
    else await req.session[req.params.call as "rotate" | "regenerate" | "destroy"]();
    res.json([before, req.session.id]);
  });
  app.get("/devices", async (req, res) => {
    await req.session.login("alice");
    const [only] = await req.session.list();
    res.json([only?.handle, req.session.id]);
  });
}

for (const [kind, make] of BOTH_KINDS) {
  describe(`req.session.id with ${kind}`, () => {
    test("is neither the cookie's value nor its hash, and opens nothing", async () => {
      const served = await serve(routes, { store: make().store });
      const { sid = "" } = await served.ask("/start");
      const { body: id } = await served.ask("/id", { sid });
      assert.notEqual(id, sid);
      assert.ok(!keyOf(sid).includes(id) && !sid.includes(id));
      for (const forged of [id, id.repeat(3).slice(0, 43), keyOf(id)])
        // oxlint-disable-next-line no-await-in-loop -- three
        assert.notEqual((await served.ask("/id", { sid: forged })).body, id);
      await served.close();
    });

    test("is the same for all requests of one session, and another for the next", async () => {
      const served = await serve(routes, { store: make().store });
      const [first, second] = [await served.ask("/start"), await served.ask("/start")];
      const ids = [first, first, second].map(async ({ sid }) => (await served.ask("/id", { sid })).body);
      const [a, b, c] = await Promise.all(ids);
      assert.equal(a, b);
      assert.notEqual(a, c);
      await served.close();
    });

    for (const path of ["/start", "/save"]) {
      test(`is known before the visitor's session is stored by ${path}`, async () => {
        const served = await serve(routes, { store: make().store });
        const { body, sid } = await served.ask(path);
        const { body: stored } = await served.ask("/id", { sid });
        for (const told of JSON.parse(body) as readonly string[]) assert.equal(told, stored);
        await served.close();
      });
    }

    test("stays while one request asks twice, stores nothing, and is no other visitor's", async () => {
      const troubled = make();
      const served = await serve(routes, { store: troubled.store });
      const [one, two] = [await served.ask("/twice"), await served.ask("/twice")];
      const [a, b] = JSON.parse(one.body) as readonly string[];
      assert.equal(a, b);
      assert.notEqual(one.body, two.body);
      assert.equal(one.sid, undefined);
      assert.deepEqual(troubled.calls, []);
      await served.close();
    });

    for (const call of ["login", "rotate", "regenerate"]) {
      test(`is another one after ${call}, for a session and for a visitor`, async () => {
        const served = await serve(routes, { store: make().store });
        const { sid } = await served.ask("/start");
        const [before, after] = JSON.parse(
          (await served.ask(`/change/${call}`, { sid })).body,
        ) as readonly string[];
        assert.notEqual(before, after);
        if (call === "rotate") return served.close();
        const [visitor, then] = JSON.parse((await served.ask(`/change/${call}`)).body) as readonly string[];
        assert.notEqual(visitor, then);
        await served.close();
      });
    }

    test("is not that of the ended session after destroy", async () => {
      const served = await serve(routes, { store: make().store });
      const { sid } = await served.ask("/start");
      const [before, after] = JSON.parse(
        (await served.ask("/change/destroy", { sid })).body,
      ) as readonly string[];
      assert.notEqual(before, after);
      await served.close();
    });

    test("is the handle in the list of devices", async () => {
      const served = await serve(routes, { store: make().store });
      const [handle, id] = JSON.parse((await served.ask("/devices")).body) as readonly string[];
      assert.equal(id, handle);
      await served.close();
    });
  });
}
