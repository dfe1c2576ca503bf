import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PASSWORD, type RunningApp, startApp } from "../test-support/running-app.ts";
import { tokenOf } from "../test-support/visitor.ts";

const NEW_PASSWORD = "seven lanterns under water";

let running: RunningApp;
before(async () => {
  running = await startApp();
});
after(() => running.close());

test("changing the password ends every other session and needs the current one", async () => {
  const here = await running.user("carol@example.com");
  const elsewhere = running.visitor();
  await elsewhere.submit("/login", "/login", { email: "carol@example.com", password: PASSWORD });
  assert.equal((await elsewhere.get("/notes")).status, 200);
  const change = (currentPassword: string) =>
    here.submit("/account", "/account/password", { currentPassword, newPassword: NEW_PASSWORD });
  assert.equal((await change("wrong")).status, 422);
  const changed = await change(PASSWORD);
  assert.equal(changed.location, "/account");
  assert.equal((await here.get("/notes")).status, 200);
  assert.equal((await elsewhere.get("/notes")).status, 303);
  const oldPassword = await elsewhere.submit("/login", "/login", {
    email: "carol@example.com",
    password: PASSWORD,
  });
  assert.equal(oldPassword.status, 422);
});

test("the account page lists one's sessions and ends the one that was chosen", async () => {
  const here = await running.user("dora@example.com");
  const elsewhere = running.visitor();
  await elsewhere.submit("/login", "/login", { email: "dora@example.com", password: PASSWORD });
  const page = await here.get("/account");
  const handle = /name="handle" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
  const stranger = await running.user("eve@example.com");
  await stranger.submit("/account", "/account/sessions/end", { handle });
  assert.equal((await elsewhere.get("/notes")).status, 200);
  await here.submit("/account", "/account/sessions/end", { handle });
  assert.equal((await elsewhere.get("/notes")).status, 303);
  assert.equal((await here.get("/notes")).status, 200);
});

test("log-in gives the browser a new session id", async () => {
  const visitor = running.visitor();
  await running.user("fay@example.com");
  await visitor.get("/login");
  const visiting = new Map(visitor.cookies);
  await visitor.submit("/login", "/login", { email: "fay@example.com", password: PASSWORD });
  const first = visitor.cookies.get("__Host-sid");
  assert.ok(first !== undefined);
  assert.notEqual(first, visiting.get("__Host-sid"));
});

const AWAY: readonly string[] = [
  "https://evil.example",
  "//evil.example",
  "/\\evil.example",
  "/\t/evil.example",
  "javascript:alert(1)",
  "/x/..//evil.example",
];

for (const returnTo of AWAY) {
  test(`log-in does not send anyone to ${JSON.stringify(returnTo)}`, async () => {
    const visitor = running.visitor();
    await running.user("gil@example.com");
    const page = await visitor.get(`/login?returnTo=${encodeURIComponent(returnTo)}`);
    assert.ok(!page.text.includes("evil.example") && !page.text.includes("javascript:"));
    const fields = { email: "gil@example.com", password: PASSWORD, returnTo };
    assert.equal((await visitor.submit("/login", "/login", fields)).location, "/notes");
  });
}

const BAD_SIGN_UPS: readonly [name: string, fields: Record<string, string>, message: RegExp][] = [
  ["no e-mail", { email: "", password: PASSWORD }, /Enter your e-mail address/],
  ["an e-mail without a host", { email: "alice", password: PASSWORD }, /such as name@example\.com/],
  [
    "an e-mail with a line break",
    { email: "a@b.example\r\nbcc: c@d.example", password: PASSWORD },
    /such as/,
  ],
  ["an e-mail with markup", { email: "<script>@b.example", password: PASSWORD }, /such as/],
  [
    "an e-mail of 300 characters",
    { email: `${"a".repeat(290)}@b.example`, password: PASSWORD },
    /At most|Use at most/i,
  ],
  ["no password", { email: "a@b.example", password: "" }, /at least 15 characters/],
  ["a short password", { email: "a@b.example", password: "short" }, /at least 15 characters/],
  [
    "a common password",
    { email: "a@b.example", password: "passwordpassword1" },
    /first an attacker would try/,
  ],
  [
    "the e-mail as password",
    { email: "someone@long.example", password: "someone@long.example" },
    /first an attacker/,
  ],
  ["a password of 60 000 characters", { email: "a@b.example", password: "x".repeat(60_000) }, /at most 256/],
];

for (const [name, fields, message] of BAD_SIGN_UPS) {
  test(`sign-up with ${name} says what is wrong and never shows a password again`, async () => {
    const answer = await running.visitor().submit("/signup", "/signup", fields);
    assert.equal(answer.status, 422);
    assert.match(answer.text, message);
    assert.doesNotMatch(answer.text, /type="password"[^>]* value=/);
  });
}

for (const [name, body] of [
  ["lists", "email[]=a@b.example&password[]=x"],
  ["objects", "email[$ne]=&password[$ne]="],
  ["nothing", ""],
] as const) {
  test(`log-in with ${name} in its fields is refused`, async () => {
    const visitor = running.visitor();
    const token = tokenOf((await visitor.get("/login")).text);
    const headers = { "content-type": "application/x-www-form-urlencoded", "x-csrf-token": token };
    const { status } = await visitor.post("/login", body, headers);
    assert.ok(status >= 400 && status < 500, String(status));
  });
}

test("two sign-ups for one address at the same moment make one account", async () => {
  const visitors = [running.visitor(), running.visitor(), running.visitor()];
  const answers = await Promise.all(
    visitors.map((visitor) =>
      visitor.submit("/signup", "/signup", { email: "race@example.com", password: PASSWORD }),
    ),
  );
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([303]));
  const rows = await running.db
    .selectFrom("users")
    .select("id")
    .where("email", "=", "race@example.com")
    .execute();
  assert.equal(rows.length, 1);
});
