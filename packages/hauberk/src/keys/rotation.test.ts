import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Application, Request } from "express";
import { cookieOf, ORIGIN, serveProtected, type TestServer } from "../../test/gate.ts";
import { loginGuard } from "../limit/login.ts";
import { memoryStore } from "../session/memory.ts";
import type { SessionStore } from "../session/store.ts";
import { keyRing, newRing, rotateRing } from "./ring.ts";

const FORM = "application/x-www-form-urlencoded";

/** One deployment of the app: its own secrets, the sessions of all. */
async function deploy(t: TestContext, ring: string, store: SessionStore): Promise<TestServer> {
  const secrets = keyRing(ring);
  const guard = loginGuard({ secrets, perAccount: 3, perAddress: 1000, insecureHttpCookies: true });
  t.after(() => guard.close());
  const guess = async (req: Request, account: string): Promise<void> => {
    await (await guard.begin(req, account)).succeeded();
  };
  function routes(app: Application): void {
    app.get("/form", (_req, res) => void res.send(res.locals.csrftoken));
    app.get("/who", (req, res) => void res.send(req.session.userId ?? "nobody"));
    app.post("/login", async (req, res) => {
      await guess(req, "alice");
      await req.session.login("alice");
      res.send("in");
    });
    app.post("/guess", async (req, res) => {
      await guard.begin(req, "alice");
      res.send("wrong password");
    });
    app.post("/act", (_req, res) => void res.send("done"));
  }
  return serveProtected(t, routes, { secrets, session: { store } });
}

interface Person {
  readonly sid: string;
  readonly device: string;
  readonly token: string;
}

async function logIn(server: TestServer): Promise<Person> {
  const answer = await server.send({
    method: "POST",
    path: "/login",
    headers: { Origin: ORIGIN, "Content-Type": FORM },
  });
  const sid = cookieOf(answer, "sid") ?? assert.fail("no session");
  const device = cookieOf(answer, "device") ?? assert.fail("no device cookie");
  const { body } = await server.send({ path: "/form", headers: { Cookie: sid } });
  return { sid, device, token: body };
}

/** A browser without Fetch Metadata sends the form it opened before. */
async function submit(server: TestServer, { sid, token }: Person): Promise<number> {
  const headers = { Cookie: sid, "Content-Type": FORM };
  return (await server.send({ method: "POST", path: "/act", headers, body: `_csrf=${token}` })).status;
}

/** Is the person's device still let through when strangers have used up the account's guesses? */
async function knowsDevice(server: TestServer, { device }: Person): Promise<boolean> {
  const guess = async (headers: Record<string, string>): Promise<number> =>
    (await server.send({ method: "POST", path: "/guess", headers: { Origin: ORIGIN, ...headers } })).status;
  for (let stranger = 0; stranger < 5; stranger++) await guess({});
  assert.equal(await guess({}), 429);
  return (await guess({ Cookie: device })) === 200;
}

test("a rotation logs nobody out, breaks no open form, and forgets no device", async (t) => {
  const store = memoryStore();
  const first = newRing();
  const person = await logIn(await deploy(t, first, store));
  const rotated = await deploy(t, rotateRing(first, 2), store);
  assert.equal((await rotated.send({ path: "/who", headers: { Cookie: person.sid } })).body, "alice");
  assert.equal(await submit(rotated, person), 200);
  assert.ok(await knowsDevice(rotated, person));
});

test("new tokens are made with the new key, and the old key can then be dropped", async (t) => {
  const store = memoryStore();
  const first = newRing();
  const before = await logIn(await deploy(t, first, store));
  const second = rotateRing(first, 2);
  const after = await logIn(await deploy(t, second, store));
  const alone = await deploy(t, rotateRing(second, 2), store);
  assert.equal(await submit(alone, after), 200);
  assert.ok(await knowsDevice(alone, after));
  assert.equal(await submit(alone, before), 403, "made with a key that is gone");
  assert.equal(await knowsDevice(alone, before), false);
  assert.equal((await alone.send({ path: "/who", headers: { Cookie: before.sid } })).body, "alice");
});
