import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PASSWORD, type RunningApp, startApp } from "../test-support/running-app.ts";
import type { Visitor } from "../test-support/visitor.ts";

const PER_ACCOUNT = 5;
const PER_ADDRESS = 12;
const WRONG = "a wrong guess indeed";
const NEW_PASSWORD = "seven lanterns under water";

let running: RunningApp;
before(async () => {
  const guesses = { perAccount: PER_ACCOUNT, perAddress: PER_ADDRESS };
  running = await startApp(undefined, { guesses, proxy: "loopback" });
});
after(() => running.close());

let addresses = 0;
/** Somebody from an address that nobody had before. */
function stranger(): Visitor {
  addresses += 1;
  return running.visitor(`198.51.${addresses >> 8}.${addresses & 255}`);
}

async function member(email: string): Promise<Visitor> {
  const visitor = stranger();
  await visitor.submit("/signup", "/signup", { email, password: PASSWORD });
  await logIn(visitor, email, PASSWORD);
  return visitor;
}

function logIn(visitor: Visitor, email: string, password: string): ReturnType<Visitor["submit"]> {
  return visitor.submit("/login", "/login", { email, password });
}

/** What an attacker does with many addresses; gives the status of each guess. */
async function attack(email: string, guesses: number): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < guesses; n += 1) statuses.push((await logIn(stranger(), email, WRONG)).status);
  return statuses;
}

test("guesses at one account end at its limit, from however many addresses they come", async () => {
  await member("alice@example.com");
  const statuses = await attack("alice@example.com", PER_ACCOUNT + 3);
  assert.deepEqual(statuses, [...Array<number>(PER_ACCOUNT).fill(422), 429, 429, 429]);
  assert.equal((await logIn(stranger(), " ALICE@example.com", WRONG)).status, 429, "written another way");
  assert.equal((await logIn(stranger(), "alice@example.com", PASSWORD)).status, 429, "the right one too");
});

test("an attacker does not lock the owner out", async () => {
  const owner = await member("olga@example.com");
  await owner.submit("/notes", "/logout", {});
  assert.equal((await attack("olga@example.com", PER_ACCOUNT + 1)).at(-1), 429);
  const back = await logIn(owner, "olga@example.com", PASSWORD);
  assert.equal(back.location, "/notes");
  assert.equal((await owner.get("/notes")).status, 200);
});

test("the cookie of one's own device opens no way to somebody else's account", async () => {
  await member("victor@example.com");
  const attacker = await member("mallory@example.com");
  await attacker.submit("/notes", "/logout", {});
  await attack("victor@example.com", PER_ACCOUNT);
  assert.equal((await logIn(attacker, "victor@example.com", WRONG)).status, 429);
});

test("a known device has guesses of its own, and no more than an account", async () => {
  const device = await member("dave@example.com");
  await device.submit("/notes", "/logout", {});
  const statuses: number[] = [];
  for (let n = 0; n <= PER_ACCOUNT; n += 1)
    statuses.push((await logIn(device, "dave@example.com", WRONG)).status);
  assert.deepEqual(statuses, [...Array<number>(PER_ACCOUNT).fill(422), 429]);
});

test("a change of the password ends the device of whoever knew the old one, and not the owner's", async () => {
  const owner = await member("paula@example.com");
  const thief = stranger();
  await logIn(thief, "paula@example.com", PASSWORD);
  const changed = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
  assert.equal((await owner.submit("/account", "/account/password", changed)).status, 303);
  await owner.submit("/account", "/logout", {});
  assert.equal((await attack("paula@example.com", PER_ACCOUNT + 1)).at(-1), 429);
  assert.equal((await logIn(thief, "paula@example.com", WRONG)).status, 429);
  assert.equal((await logIn(owner, "paula@example.com", NEW_PASSWORD)).location, "/notes");
});

test("guesses from one address end, whatever accounts they are at", async () => {
  const attacker = stranger();
  const statuses: number[] = [];
  for (let n = 0; n <= PER_ADDRESS; n += 1)
    statuses.push((await logIn(attacker, `someone-${n}@example.com`, WRONG)).status);
  assert.deepEqual(statuses, [...Array<number>(PER_ADDRESS).fill(422), 429]);
  assert.equal((await logIn(stranger(), "somebody@example.com", WRONG)).status, 422, "others go on");
});

test("the page says when to try again, keeps the address, and looks the same for an unknown account", async () => {
  await member("known@example.com");
  const pages: string[] = [];
  for (const email of ["known@example.com", "nobody@example.com"]) {
    await attack(email, PER_ACCOUNT);
    const answer = await logIn(stranger(), email, WRONG);
    assert.equal(answer.status, 429);
    const seconds = Number(answer.headers.get("retry-after"));
    assert.ok(seconds > 60 && seconds <= 900, String(seconds));
    assert.match(answer.text, /role="alert"[\s\S]*too many attempts\. Try again in \d+ minutes/);
    assert.match(answer.text, new RegExp(`name="email"[^>]*value="${email}"`));
    assert.doesNotMatch(answer.text, /a wrong guess indeed/);
    pages.push(answer.text.replaceAll(email, "EMAIL").replaceAll(/name="_csrf" value="[^"]+"/g, ""));
  }
  assert.equal(pages[0], pages[1]);
});

test("sign-ups count as guesses, and open no way for more of them", async () => {
  await member("taken@example.com");
  const attacker = stranger();
  const signUp = { email: "taken@example.com", password: "another otter maps tundra" };
  const statuses: number[] = [];
  for (let n = 0; n <= PER_ACCOUNT; n += 1)
    statuses.push((await attacker.submit("/signup", "/signup", signUp)).status);
  assert.deepEqual(statuses, [...Array<number>(PER_ACCOUNT).fill(303), 429]);
  assert.ok(!attacker.cookies.has("__Host-device"), "a sign-up makes no known device");
  assert.equal((await logIn(attacker, "taken@example.com", WRONG)).status, 429);
});

test("somebody at a browser that was left open cannot guess its password", async () => {
  const left = await member("left@example.com");
  const change = (currentPassword: string) =>
    left.submit("/account", "/account/password", { currentPassword, newPassword: NEW_PASSWORD });
  const statuses: number[] = [];
  for (let n = 0; n <= PER_ACCOUNT; n += 1) statuses.push((await change(WRONG)).status);
  assert.deepEqual(statuses, [...Array<number>(PER_ACCOUNT).fill(422), 429]);
  const refused = await change(PASSWORD);
  assert.equal(refused.status, 429);
  assert.match(refused.text, /Try again in/);
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
});

test("guesses that were refused are in the log with their reason, and without the address or password", async () => {
  await attack("logged@example.com", PER_ACCOUNT + 1);
  const line =
    running
      .log()
      .split("\n")
      .findLast((each) => each.includes("login.throttled")) ?? "";
  assert.match(line, /"because":"login-account"/);
  assert.doesNotMatch(line, /logged@example|wrong guess/);
});
