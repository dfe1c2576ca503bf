import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { createUsers } from "../accounts/users.ts";
import { type RunningApp, startApp } from "../test-support/running-app.ts";

let running: RunningApp;
before(async () => {
  running = await startApp(() => {}, { proxy: "loopback", insecureOpenReports: true });
});
after(() => running.close());
beforeEach(async () => {
  await running.visitor().submit("/reports", "/reports/clear", {});
});

function violation(changes: object): string {
  const body = { effectiveDirective: "img-src", disposition: "enforce", ...changes };
  return JSON.stringify([{ type: "csp-violation", url: `${running.origin}/notes`, body }]);
}

async function report(body: string): Promise<void> {
  const headers = { "content-type": "application/reports+json" };
  const { status } = await running.visitor().post("/browser-reports", body, headers);
  assert.equal(status, 204);
}

test("a developer on the machine sees what was reported, once, with what to do about it", async () => {
  for (let count = 0; count < 3; count++)
    await report(violation({ blockedURL: "https://cdn.example/a.png" }));
  const { status, text } = await running.visitor().get("/reports");
  assert.equal(status, 200);
  assert.equal(text.split("Allow https://cdn.example in img-src").length - 1, 1);
  assert.match(text, /3 times, on\s*<code>\/notes<\/code>/);
  assert.match(text, /<del>.*img-src &#39;self&#39; data:<\/del>|<del>.*img-src 'self' data:<\/del>/);
  assert.match(text, /<ins>.*https:\/\/cdn\.example<\/ins>/);
  assert.match(text, /<strong>3 reports<\/strong> in the last 24 hours/);
});

test("what only the policy on trial would block, and what extensions cause, stands apart", async () => {
  await report(violation({ blockedURL: "data", disposition: "report" }));
  await report(violation({ blockedURL: "chrome-extension://abc/x.js" }));
  const { text } = await running.visitor().get("/reports?span=fortnight");
  const [enforced = "", candidate = "", noise = ""] = text.split(/The policy on trial|Not your doing/);
  assert.match(enforced, /Browsers blocked nothing of yours/);
  assert.match(candidate, /data/);
  assert.match(noise, /chrome-extension:/);
});

test("markup in a report is shown as text", async () => {
  const evil = "<script>alert(1)</script>";
  await report(violation({ blockedURL: evil, effectiveDirective: `img-src"><b>` }));
  const { text } = await running.visitor().get("/reports");
  assert.ok(!text.includes(evil) && !text.includes("<b>"));
});

test("all reports can be forgotten, from here and not from elsewhere", async () => {
  await report(violation({ blockedURL: "https://cdn.example" }));
  const forged = await running
    .visitor()
    .post("/reports/clear", "", { "sec-fetch-site": "cross-site", origin: "https://evil.example" });
  assert.equal(forged.status, 403);
  assert.match((await running.visitor().get("/reports")).text, /cdn\.example/);
  const cleared = await running.visitor().submit("/reports", "/reports/clear", {});
  assert.equal(cleared.status, 303);
  assert.doesNotMatch((await running.visitor().get("/reports")).text, /cdn\.example/);
});

test("behind a proxy a visitor has to log in, a user finds nothing, and an administrator sees them", async () => {
  const outside = "203.0.113.9";
  const anonymous = await running.visitor(outside).get("/reports");
  assert.equal(anonymous.status, 303);
  assert.match(anonymous.location ?? "", /^\/login\?returnTo=%2Freports/);
  const person = running.visitor(outside);
  const account = { email: "ada@example.com", password: "quiet otter maps tundra" };
  await person.submit("/signup", "/signup", account);
  await person.submit("/login", "/login", account);
  assert.equal((await person.get("/reports")).status, 404);
  assert.doesNotMatch((await person.get("/notes")).text, /href="\/reports"/);
  assert.equal(await createUsers(running.db).setRole(account.email, "admin"), true);
  assert.equal((await person.get("/reports")).status, 200);
  assert.match((await person.get("/notes")).text, /href="\/reports"/);
  assert.equal(await createUsers(running.db).setRole(account.email, "user"), true);
  assert.equal((await person.get("/reports")).status, 404, "taken back from the next request on");
});

test("a visitor through a proxy that says nothing of itself has to log in, unless the operator opened the page", async (t) => {
  const closed = await startApp();
  t.after(() => closed.close());
  const { status, location } = await closed.visitor().get("/reports");
  assert.deepEqual([status, location?.split("&")[0]], [303, "/login?returnTo=%2Freports"]);
});

test("nobody becomes an administrator by a form", async () => {
  const person = running.visitor();
  const account = { email: "eve@example.com", password: "quiet otter maps tundra", role: "admin" };
  await person.submit("/signup", "/signup", account);
  assert.equal((await createUsers(running.db).byEmail(account.email))?.role, "user");
  assert.equal(await createUsers(running.db).setRole("nobody@example.com", "admin"), false);
});

test("personal pages are not kept by a cache, whatever their address looks like", async () => {
  const person = await running.user("cache@example.com");
  const disguises = [
    "/account/x.css",
    "/account;.css",
    "/account%2fx.css",
    "/account%3f.css",
    "/account%00.css",
  ];
  for (const path of ["/account", "/notes", "/reports", ...disguises]) {
    const { status, headers, text } = await person.get(path);
    assert.equal(headers.get("cache-control"), "no-store", `${status} ${path}`);
    if (disguises.includes(path)) {
      assert.ok(status >= 400, path);
      assert.ok(!text.includes("Member since"), path);
    }
  }
});

test("static files are named by their content and kept for ever", async () => {
  const { text } = await running.visitor().get("/");
  const addresses = [...text.matchAll(/<link rel="(?:icon|stylesheet)" href="([^"]+)"/g)].map(
    ([, each]) => each ?? "",
  );
  assert.ok(addresses.length >= 3);
  for (const address of addresses) {
    const { status, headers } = await running.visitor().get(address);
    assert.equal(status, 200, address);
    assert.equal(headers.get("cache-control"), "public, max-age=31536000, immutable", address);
  }
});

test("log-out clears what the browser kept", async () => {
  const person = await running.user("leaves@example.com");
  const { headers } = await person.submit("/notes", "/logout", {});
  assert.match(headers.get("clear-site-data") ?? "", /"cache".*"storage"/);
});
