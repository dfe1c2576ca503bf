import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, type OutgoingHttpHeaders, request } from "node:http";
import { after, before, test } from "node:test";
import { PASSWORD, type RunningApp, startApp } from "./test-support/running-app.ts";
import { tokenOf } from "./test-support/visitor.ts";

let running: RunningApp;
before(async () => {
  running = await startApp((app) => {
    app.get("/fails", () => {
      throw new Error("secret detail at /srv/app/secret.ts");
    });
  });
});
after(() => running.close());

test("a new account can log in, and is sent back to the page it wanted", async () => {
  const visitor = running.visitor();
  const signUp = await visitor.submit("/signup", "/signup", {
    email: "New@Example.com ",
    password: PASSWORD,
  });
  assert.equal(signUp.status, 303);
  assert.equal(signUp.location, "/login?notice=signed-up");
  const asked = await visitor.get("/account");
  assert.equal(asked.location, "/login?returnTo=%2Faccount&notice=log-in-first");
  const logIn = await visitor.submit(asked.location, "/login", {
    email: "new@example.com",
    password: PASSWORD,
    returnTo: "/account",
  });
  assert.equal(logIn.location, "/account");
  const page = await visitor.get("/account");
  assert.match(page.text, /new@example\.com/);
  assert.match(page.text, /Welcome\. You are logged in\./);
  assert.doesNotMatch((await visitor.get("/account")).text, /Welcome/);
});

test("sign-up answers the same for a taken address, and leaves the account as it was", async () => {
  await running.user("taken@example.com");
  const untouched = await running.db
    .selectFrom("users")
    .selectAll()
    .where("email", "=", "taken@example.com")
    .execute();
  const visitor = running.visitor();
  const [free, taken] = [
    await visitor.submit("/signup", "/signup", { email: "free@example.com", password: PASSWORD }),
    await visitor.submit("/signup", "/signup", {
      email: "taken@example.com",
      password: "another otter maps tundra",
    }),
  ];
  assert.deepEqual([taken.status, taken.location, taken.text], [free.status, free.location, free.text]);
  assert.deepEqual(
    await running.db.selectFrom("users").selectAll().where("email", "=", "taken@example.com").execute(),
    untouched,
  );
});

test("log-in answers the same for a wrong password and an unknown address", async () => {
  await running.user("known@example.com");
  const visitor = running.visitor();
  const attempt = (email: string) =>
    visitor.submit("/login", "/login", { email, password: "a wrong guess indeed" });
  const [known, unknown] = [await attempt("known@example.com"), await attempt("nobody@example.com")];
  assert.equal(known.status, 422);
  assert.equal(unknown.status, 422);
  assert.equal(comparable(known.text, "known@example.com"), comparable(unknown.text, "nobody@example.com"));
  assert.doesNotMatch(known.text, /a wrong guess indeed/);
});

test("a page for users, a form for users and a log-out without a session all lead to the log-in", async () => {
  const visitor = running.visitor();
  for (const path of ["/notes", "/notes/new", "/account"]) {
    const answer = await visitor.get(path);
    assert.equal(answer.status, 303, path);
    assert.match(answer.location ?? "", /^\/login\?/);
  }
  const token = tokenOf((await visitor.get("/login")).text);
  const posted = await visitor.post("/notes", new URLSearchParams({ _csrf: token, title: "x", body: "" }));
  assert.equal(posted.location, "/login?notice=log-in-first");
});

test("log-out ends the session for whoever kept its cookie", async () => {
  const user = await running.user("leaving@example.com");
  const kept = new Map(user.cookies);
  const answer = await user.submit("/notes", "/logout", {});
  assert.equal(answer.location, "/login?notice=logged-out");
  for (const [name, value] of kept) user.cookies.set(name, value);
  assert.equal((await user.get("/notes")).status, 303);
});

test("a session that expired sends the form's user to the log-in, and nothing is stored", async () => {
  const user = await running.user("expired@example.com");
  const page = await user.get("/notes/new");
  const account = await running.db
    .selectFrom("users")
    .select("id")
    .where("email", "=", "expired@example.com")
    .executeTakeFirstOrThrow();
  await running.sessionStore.destroyByUser(account.id, undefined);
  const headers = { "sec-fetch-site": "same-origin" };
  const fields = new URLSearchParams({ _csrf: tokenOf(page.text), title: "late", body: "" });
  const answer = await user.post("/notes", fields, headers);
  assert.ok([303, 403].includes(answer.status), String(answer.status));
  assert.equal(
    (await running.db.selectFrom("notes").selectAll().where("title", "=", "late").execute()).length,
    0,
  );
});

test("a form without a token, or with another visitor's, is refused and changes nothing", async () => {
  const user = await running.user("victim@example.com");
  const other = await running.user("attacker@example.com");
  const stolen = tokenOf((await other.get("/notes/new")).text);
  for (const token of ["", "x", stolen]) {
    const answer = await user.post(
      "/notes",
      new URLSearchParams({ _csrf: token, title: "forged", body: "" }),
    );
    assert.equal(answer.status, 403);
  }
  assert.equal(
    (await running.db.selectFrom("notes").selectAll().where("title", "=", "forged").execute()).length,
    0,
  );
});

test("a failure and a missing page look like the application and say nothing else", async () => {
  const visitor = running.visitor();
  for (const [path, status] of [
    ["/fails", 500],
    ["/missing", 404],
  ] as const) {
    const answer = await visitor.get(path);
    assert.equal(answer.status, status);
    assert.match(answer.text, /<main/);
    assert.doesNotMatch(answer.text, /secret|node_modules|\.ts\b|\bat \w+ \(/);
  }
  assert.match(running.log(), /secret detail/);
});

test("health and readiness answer without a session", async () => {
  const visitor = running.visitor();
  assert.equal((await visitor.get("/healthz")).status, 200);
  const ready = await visitor.get("/readyz");
  assert.equal(ready.status, 200);
  assert.equal(visitor.cookies.size, 0);
  assert.equal(ready.headers.get("cache-control"), "no-store");
});

test("the attacks the start page invites to are answered as it says", async () => {
  const { text } = await running.visitor().get("/");
  const answers = [...text.matchAll(/class="answer">(\d{3})/g)].map((match) => Number(match[1]));
  const { port } = new URL(running.origin);
  const host = `localhost:${port}`;
  const forged = {
    host,
    origin: "https://evil.example",
    "content-type": "application/x-www-form-urlencoded",
  };
  assert.deepEqual(answers, [
    await rawStatus(Number(port), "GET", "/", { host: "evil.example" }),
    await rawStatus(Number(port), "POST", "/notes", forged),
    await rawStatus(Number(port), "GET", "/..%2f.env", { host }),
    await rawStatus(Number(port), "GET", "/nothing-here", { host }),
  ]);
});

test("no page has an inline script, an inline style or an event handler", async () => {
  const user = await running.user("inline@example.com");
  for (const path of ["/", "/notes", "/notes/new", "/account", "/missing"]) {
    const { text } = await user.get(path);
    assert.doesNotMatch(
      text,
      /<script(?! src="\/copy\.js\?v=[\w-]{16}" integrity="sha256-[^"]{44}" nonce="[\w-]{24}" defer><)|<style|\sstyle=|\son[a-z]+=|javascript:|data:/i,
      path,
    );
  }
});

test("a visitor who looks around gets no cookie but the form's own", async () => {
  const visitor = running.visitor();
  await visitor.get("/");
  assert.equal(visitor.cookies.size, 0);
  assert.match((await visitor.get("/")).text, /no session, no cookie/);
});

test("the log has one line per request, without query strings, cookies, tokens or passwords", async () => {
  const user = await running.user("logged@example.com");
  const session = [...user.cookies.values()].join("|");
  await user.get("/notes?token=topsecret");
  const log = running.log();
  assert.doesNotMatch(log, /topsecret|quiet otter|logged@example\.com/);
  assert.ok(!log.includes(session));
  const lines = log
    .split("\n")
    .filter((line) => line.includes('"path":"/notes"') && line.includes('"msg":"request"'));
  assert.ok(lines.length > 0);
  assert.match(lines.at(-1) ?? "", /"requestId":"[^"]+".*"status":200/);
});

/** A request as written: fetch() would tidy the path and refuse the headers. */
async function rawStatus(
  port: number,
  method: string,
  path: string,
  headers: OutgoingHttpHeaders,
): Promise<number> {
  const sent = request({ host: "127.0.0.1", port, method, path, headers });
  sent.end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}

/** A page without what may differ: the address typed in, and the random values. */
function comparable(text: string, email: string): string {
  return text.replaceAll(email, "EMAIL").replaceAll(/name="_csrf" value="[^"]+"|nonce="[^"]*"/g, "");
}
