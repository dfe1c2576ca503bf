import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import {
  collectEvents,
  cookieOf,
  ORIGIN,
  SECRET,
  serveProtected,
  type Answer,
  type TestServer,
} from "../../test/gate.ts";
import { ConfigError } from "../errors/config-error.ts";
import { deriveKeys } from "../internal/secrets.ts";
import { DEVICE_SECONDS, issueDevice, verifyDevice } from "./device.ts";
import { loginGuard, type LoginGuardOptions } from "./index.ts";

interface Login {
  readonly server: TestServer;
  /** How many passwords were checked. */
  readonly checked: () => number;
  readonly guess: (account: string, password: string, from?: string, cookie?: string) => Promise<Answer>;
}

async function serveLogin(
  context: TestContext,
  options: Partial<LoginGuardOptions> = {},
  version?: { readonly passwordVersion: number; readonly after?: number },
): Promise<Login> {
  // A guess comes back with time: on a busy machine there would be one more.
  context.mock.timers.enable({ apis: ["Date"], now: Date.now() });
  const guard = loginGuard({ secrets: [SECRET], insecureHttpCookies: true, ...options });
  let checks = 0;
  const server = await serveProtected(context, (app) => {
    app.post("/login", (req, res, next) => {
      const { account = "", password } = req.body as Record<string, string>;
      const attempt = async (): Promise<void> => {
        const begun = await guard.begin(req, account, version && { ...version });
        checks += 1;
        if (password !== "right") return void res.status(401).send("wrong");
        await req.session.login(account);
        await begun.succeeded(version?.after === undefined ? undefined : { passwordVersion: version.after });
        res.send("welcome");
      };
      attempt().catch(next);
    });
  });
  const guess: Login["guess"] = (account, password, from = "127.0.0.1", cookie = "") =>
    server.send({
      method: "POST",
      path: "/login",
      from,
      headers: { Origin: ORIGIN, Cookie: cookie, "Content-Type": "application/json" },
      body: JSON.stringify({ account, password }),
    });
  return { server, checked: () => checks, guess };
}

const address = (at: number): string => `127.${1 + (at >> 8)}.${at & 255}.1`;

test("checks exactly ten passwords of one account guessed from one address", async (context) => {
  const { guess, checked } = await serveLogin(context);
  for (let sent = 0; sent < 60; sent++) await guess("alice", `guess ${sent}`);
  assert.equal(checked(), 10);
});

test("checks exactly ten passwords of one account guessed from 100 addresses", async (context) => {
  const { guess, checked } = await serveLogin(context);
  for (let sent = 0; sent < 100; sent++) await guess("alice", `guess ${sent}`, address(sent));
  assert.equal(checked(), 10);
});

test("checks exactly fifty passwords of 100 accounts guessed from one address", async (context) => {
  const { guess, checked } = await serveLogin(context);
  for (let sent = 0; sent < 100; sent++) await guess(`user${sent}`, "123456");
  assert.equal(checked(), 50);
});

test("checks no more than all together may guess in a minute", async (context) => {
  const { guess, checked } = await serveLogin(context, { everybody: 20 });
  for (let sent = 0; sent < 60; sent++) await guess(`user${sent}`, "123456", address(sent));
  assert.equal(checked(), 20);
});

/** What looks like "alice": zero width, soft hyphen, direction, variation, filler, NUL, byte order mark, tag. */
const UNSEEN = [
  "al\u200bice",
  "ali\u00adce",
  "\u202ealice",
  "alice\ufe0f",
  "ali\u115fce",
  "alice\u0000",
  "\ufeff alice",
  "alice\u{e0041}",
];

test("counts every spelling of an account as one", async (context) => {
  const { guess, checked } = await serveLogin(context);
  const spellings = ["alice", "Alice", " alice", "alice ", "ALICE\t", "\uff41lice", ...UNSEEN];
  for (let sent = 0; sent < 60; sent++)
    await guess(spellings[sent % spellings.length] ?? "", "123456", address(sent));
  assert.equal(checked(), 10);
});

for (const [own, guessed] of [
  ["al\u200bice", "alice"],
  ["alice", "al\u200bice"],
] as const) {
  test(`gives ${JSON.stringify(guessed)} no guesses back for logins to ${JSON.stringify(own)}, an account of one's own`, async (context) => {
    const { guess, checked } = await serveLogin(context);
    for (let sent = 0; sent < 9; sent++) await guess(guessed, "wrong", address(sent));
    for (let sent = 9; sent < 30; sent++) {
      await guess(own, "right", address(sent));
      await guess(guessed, "wrong", address(sent));
    }
    // The last of the ten is either's.
    const before = checked();
    await guess(guessed, "wrong", address(30));
    assert.equal(checked(), before);
  });
}

test("keeps the way of the owner open on a device that logged in before", async (context) => {
  const { guess } = await serveLogin(context);
  const device = cookieOf(await guess("alice", "right", "127.0.0.7"), "device") ?? "";
  for (let sent = 0; sent < 60; sent++) await guess("alice", "wrong", address(sent));
  assert.equal((await guess("alice", "right", "127.0.0.8")).status, 429);
  assert.equal((await guess("alice", "right", "127.0.0.7", device)).status, 200);
});

test("keeps that way open although the address and everybody are used up", async (context) => {
  const { guess } = await serveLogin(context, { perAddress: 5, everybody: 6 });
  const device = cookieOf(await guess("alice", "right"), "device") ?? "";
  for (let sent = 0; sent < 20; sent++) await guess(`user${sent}`, "wrong");
  assert.equal((await guess("alice", "right")).status, 429);
  assert.equal((await guess("alice", "right", "127.0.0.1", device)).status, 200);
});

test("gives a stolen device cookie the guesses of one account, and none at another", async (context) => {
  const { guess, checked } = await serveLogin(context);
  const device = cookieOf(await guess("alice", "right"), "device") ?? "";
  for (let sent = 0; sent < 40; sent++) await guess("alice", "wrong", address(sent), device);
  assert.equal(checked(), 1 + 10);
  for (let sent = 0; sent < 40; sent++) await guess("bob", "wrong", address(sent), device);
  assert.equal(checked(), 1 + 10 + 10);
});

test("knows no device of somebody whose name only looks like the account's", async (context) => {
  const { guess } = await serveLogin(context);
  // A byte order mark at the edge is a space like others; no session begins for a user with a NUL.
  const others = UNSEEN.filter((name) => name.trim() !== "alice" && !name.includes("\u0000"));
  const devices = new Map<string, string>();
  for (const name of [...others, "alice"])
    devices.set(name, cookieOf(await guess(name, "right"), "device") ?? assert.fail(JSON.stringify(name)));
  for (let sent = 0; sent < 20; sent++) await guess("alice", "wrong", address(sent));
  for (const name of others) {
    assert.equal((await guess("alice", "right", "127.0.0.9", devices.get(name))).status, 429, name);
    assert.equal((await guess(name, "right", "127.0.0.9", devices.get("alice"))).status, 429, name);
  }
  assert.equal((await guess("alice", "right", "127.0.0.9", devices.get("alice"))).status, 200);
});

test("checks right passwords of one's own account on a known device four times as often, and no more", async (context) => {
  const { guess, checked } = await serveLogin(context, { perAddress: 1000 });
  let device = cookieOf(await guess("mallory", "right"), "device") ?? "";
  for (let sent = 0; sent < 60; sent++) {
    // Every login makes the device a new one.
    device = cookieOf(await guess("mallory", "right", address(sent), device), "device") ?? device;
  }
  assert.equal(checked(), 1 + 40);
});

test("checks those of a whole day four times as often, too", async (context) => {
  const { guess, checked } = await serveLogin(context, { perAccount: 1000, perAccountAndDay: 5 });
  const device = cookieOf(await guess("mallory", "right"), "device") ?? "";
  for (let sent = 0; sent < 30; sent++) await guess("mallory", "right", address(sent), device);
  assert.equal(checked(), 1 + 20);
});

for (const [title, options, from] of [
  ["from one address", { perAddress: 2 }, () => "127.0.0.9"],
  ["from as many addresses", { everybody: 30 }, address],
] as const) {
  test(`checks no more than documented of 30 accounts of an attacker's own, all on known devices, ${title}`, async (context) => {
    const { guess, checked } = await serveLogin(context, options);
    const devices = [];
    for (let at = 0; at < 30; at++)
      devices.push(cookieOf(await guess(`own${at}`, "right", address(at)), "device") ?? "");
    const before = checked();
    for (let round = 0; round < 5; round++)
      for (const [at, device] of devices.entries()) await guess(`own${at}`, "right", from(at), device);
    assert.equal(checked() - before, "perAddress" in options ? 8 : 120);
  });
}

test("a stolen device cookie uses up nothing of the owner's other devices", async (context) => {
  const { guess } = await serveLogin(context);
  const stolen = cookieOf(await guess("alice", "right"), "device") ?? "";
  const own = cookieOf(await guess("alice", "right"), "device") ?? "";
  for (let sent = 0; sent < 60; sent++) await guess("alice", "wrong", address(sent), stolen);
  assert.equal((await guess("alice", "right", "127.0.0.7", own)).status, 200);
});

test("a stolen device cookie uses up nothing of them in a day either", async (context) => {
  const { guess } = await serveLogin(context, { perAccount: 1000, perAccountAndDay: 5 });
  const stolen = cookieOf(await guess("alice", "right"), "device") ?? "";
  const own = cookieOf(await guess("alice", "right"), "device") ?? "";
  for (let sent = 0; sent < 30; sent++) await guess("alice", "wrong", address(sent), stolen);
  assert.equal((await guess("alice", "right", "127.0.0.7", own)).status, 200);
});

test("knows no device any more whose cookie is for an earlier password", async (context) => {
  const version = { passwordVersion: 1 };
  const { guess, checked } = await serveLogin(context, {}, version);
  const device = cookieOf(await guess("alice", "right"), "device") ?? "";
  for (let sent = 0; sent < 12; sent++) await guess("alice", "wrong", address(sent));
  assert.equal((await guess("alice", "right", "127.0.0.1", device)).status, 200);
  version.passwordVersion = 2;
  const before = checked();
  assert.equal((await guess("alice", "right", "127.0.0.1", device)).status, 429);
  assert.equal(checked(), before);
});

test("knows the device that changed the password by the new one", async (context) => {
  const version = { passwordVersion: 1, after: 2 };
  const { guess } = await serveLogin(context, {}, version);
  const device = cookieOf(await guess("alice", "right"), "device") ?? "";
  version.passwordVersion = 2;
  for (let sent = 0; sent < 12; sent++) await guess("alice", "wrong", address(sent));
  assert.equal((await guess("alice", "right", "127.0.0.1", device)).status, 200);
});

test("gives an account its guesses back once its owner got in", async (context) => {
  const { guess, checked } = await serveLogin(context);
  for (let sent = 0; sent < 9; sent++) await guess("alice", "wrong");
  assert.equal((await guess("alice", "right")).status, 200);
  for (let sent = 0; sent < 20; sent++) await guess("alice", "wrong");
  assert.equal(checked(), 20);
});

test("gives an address none back for logins to an account of one's own", async (context) => {
  const { guess, checked } = await serveLogin(context);
  for (let sent = 0; sent < 100; sent++) {
    await guess(`user${sent}`, "wrong");
    await guess("mallory", "right");
  }
  assert.equal(checked(), 50);
});

test("answers an account that does not exist like one that does", async (context) => {
  const { guess } = await serveLogin(context, { perAccount: 1 });
  const answers: [number, string | undefined][] = [];
  for (const account of ["alice", "nobody"]) {
    await guess(account, "wrong");
    const { status, headers } = await guess(account, "wrong");
    answers.push([status, headers["retry-after"]]);
  }
  assert.deepEqual(answers, [
    [429, "900"],
    [429, "900"],
  ]);
});

test("reports which limit refused, and never the account's name", async (context) => {
  const { guess } = await serveLogin(context, { perAccount: 1 });
  const events = collectEvents(context);
  await guess("alice@example.org", "wrong");
  await guess("alice@example.org", "wrong");
  const [event, ...others] = events;
  assert.deepEqual([event?.name, event?.because, others.length], ["login.throttled", "login-account", 0]);
  assert.doesNotMatch(JSON.stringify(event), /alice/);
});

const keys = deriveKeys([SECRET], "device v1");
const [key = ""] = keys;
const now = 1_800_000_000_000;
const cookie = issueDevice(key, "alice", now);

test("knows a device it has issued a cookie to, until that has expired", () => {
  assert.match(verifyDevice(cookie, keys, "alice", now) ?? "", /^[A-Za-z0-9_-]{22}$/);
  assert.ok(verifyDevice(cookie, keys, "alice", now + DEVICE_SECONDS * 1000));
  assert.ok(verifyDevice(cookie, [...deriveKeys(["new"], "device v1"), key], "alice", now));
});

const FORGED: readonly [title: string, value: string | undefined, account?: string, at?: number][] = [
  ["nothing", undefined],
  ["an empty value", ""],
  ["another account's", cookie, "bob"],
  ["an expired one", cookie, "alice", now + DEVICE_SECONDS * 1000 + 1000],
  ["one from the future", cookie, "alice", now - 120_000],
  ["one signed with another key", issueDevice("x".repeat(64), "alice", now)],
  ["one without a signature", cookie.slice(0, -43)],
  ["one with its signature cut", cookie.slice(0, -1)],
  ["one with another id", `A${cookie.slice(1)}`.replace(/^AA/, "AB")],
  ["one with another time", cookie.replace(/\.[0-9a-z]+\./, ".zzzzzz.")],
  ["one with text behind it", `${cookie}A`],
  ["dots", ".."],
  ["100 KB", "A".repeat(100_000)],
];

for (const [title, value, account = "alice", at = now] of FORGED) {
  test(`knows no device by ${title}`, () => {
    assert.equal(verifyDevice(value, keys, account, at), undefined);
  });
}

const WRONG: readonly [title: string, options: object, code: string][] = [
  ["no secrets", {}, "SECRET_WEAK"],
  ["no guesses", { secrets: [SECRET], perAccount: 0 }, "OPTION_RANGE"],
  ["endless guesses", { secrets: [SECRET], perAddress: Infinity }, "OPTION_RANGE"],
  ["a store that is none", { secrets: [SECRET], store: {} }, "LIMIT_STORE_INVALID"],
  ["a misspelt option", { secrets: [SECRET], perIp: 5 }, "OPTION_UNKNOWN"],
];

for (const [title, options, code] of WRONG) {
  test(`refuses to start with ${title}`, () => {
    assert.throws(
      () => loginGuard(options as LoginGuardOptions),
      (error: unknown) => error instanceof ConfigError && error.code === code,
    );
  });
}
