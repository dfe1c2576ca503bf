import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import { startAttacker } from "../support/attacker.ts";
import { launchBrowser, newVisitor } from "../support/browser.ts";
import { newPerson, noteTitles, type Person, signUp, writeNote } from "./people.ts";
import { startSecureSkeleton } from "./skeleton.ts";

const { origin } = await startSecureSkeleton({ after });
const attacker = await startAttacker({ after }, { tls: true });
const browser = await launchBrowser();
after(() => browser.close());

const victim = await newVisitor(browser);
const victimAccount = await signUp(victim, origin);
await writeNote(victim, origin, "My own note", "mine");
const attackerAccount = newPerson();
await signUp(await newVisitor(browser), origin, attackerAccount);

/** One attacker is a stranger; the other sits on a sub-domain, where SameSite cookies are sent along. */
const HOSTS = ["evil.test", "sub.app.test"] as const;

function form(
  action: string,
  fields: Readonly<Record<string, string>>,
  enctype = "application/x-www-form-urlencoded",
): string {
  const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`);
  return `<form method="post" action="${origin}${action}" enctype="${enctype}">${inputs.join("")}<button>Win</button></form>`;
}

function credentials({ email, password }: Person): Readonly<Record<string, string>> {
  return { email, password, returnTo: "" };
}

/** The victim comes to a page of the attacker and presses its button; gives the status of what the app answers. */
async function pressButton(page: Page, url: string): Promise<number | undefined> {
  await page.goto(url);
  const answer = page.waitForResponse((response) => response.url().startsWith(origin));
  await page.getByRole("button", { name: "Win" }).click();
  return (await answer).status();
}

async function assertVictimUnharmed(): Promise<void> {
  assert.deepEqual(await noteTitles(victim, origin), ["My own note"]);
  await victim.goto(`${origin}/account`);
  assert.ok(
    (await victim.locator("main").innerText()).includes(victimAccount.email),
    "still the victim's account",
  );
}

for (const host of HOSTS) {
  for (const enctype of ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]) {
    test(`refuses a form of ${host} that writes a note as ${enctype}`, async () => {
      attacker.page("/form", form("/notes", { title: "owned", body: "owned", _csrf: "a" }, enctype));
      assert.equal(await pressButton(victim, attacker.url("/form", host)), 403);
      await assertVictimUnharmed();
    });
  }

  test(`refuses a fetch of ${host} with the victim's cookies`, async () => {
    attacker.page("/fetch", "<title>fetch</title>");
    await victim.goto(attacker.url("/fetch", host));
    const seen = await victim.evaluate(async (url) => {
      const body = new URLSearchParams({ title: "owned", body: "owned" });
      const options = { method: "POST", mode: "no-cors", credentials: "include", body } as const;
      return fetch(url, options).then(({ type }) => type, String);
    }, `${origin}/notes`);
    assert.match(seen, /TypeError/, "Cross-Origin-Resource-Policy keeps even the opaque answer away");
    await assertVictimUnharmed();
  });

  test(`lets ${host} read nothing`, async () => {
    attacker.page("/read", "<title>read</title>");
    await victim.goto(attacker.url("/read", host));
    const read = (url: string, mode: "cors" | "no-cors"): Promise<string> =>
      victim.evaluate(
        (request) =>
          fetch(request.url, { mode: request.mode, credentials: "include" }).then(
            ({ type }) => type,
            () => "failed",
          ),
        { url, mode },
      );
    assert.equal(await read(`${origin}/notes`, "cors"), "failed");
    assert.equal(await read(`${origin}/notes`, "no-cors"), "failed", "Cross-Origin-Resource-Policy");
    assert.equal(await read(`${origin}/style.css`, "no-cors"), "failed", "static files too");
  });

  test(`shows nothing in a frame of ${host}`, async () => {
    const frames = ["/", "/login", "/notes", "/missing", "/style.css"].map(
      (path) => `<iframe src="${origin}${path}"></iframe>`,
    );
    attacker.page("/frame", frames.join(""));
    await victim.goto(attacker.url("/frame", host));
    for (const frame of victim.frames().slice(1)) {
      // oxlint-disable-next-line no-await-in-loop -- a refused frame shows the browser's own error a moment after the load
      await frame.waitForURL(/^chrome-error:/);
    }
    assert.equal(victim.frames().length, 6);
  });

  test(`leaves ${host} no handle on a window it opened`, async () => {
    attacker.page("/open", "<title>open</title>");
    await victim.goto(attacker.url("/open", host));
    const popup = victim.waitForEvent("popup");
    await victim.evaluate((url) => Reflect.set(window, "opened", window.open(url)), origin);
    const page = await popup;
    await page.waitForURL(`${origin}/`);
    assert.equal(await victim.evaluate("window.opened.closed"), true);
    assert.equal(await page.evaluate("window.opener"), null);
    await page.close();
  });

  test(`does not log the victim into the account of ${host}`, async () => {
    const newcomer = await newVisitor(browser);
    attacker.page("/login", form("/login", { ...credentials(attackerAccount), _csrf: "a" }));
    assert.equal(await pressButton(newcomer, attacker.url("/login", host)), 403);
    await newcomer.goto(origin);
    assert.equal(await newcomer.getByRole("button", { name: "Log out" }).count(), 0);
    await newcomer.context().close();
  });

  test(`does not log the victim out for ${host}`, async () => {
    attacker.page("/logout", form("/logout", { _csrf: "a" }));
    assert.equal(await pressButton(victim, attacker.url("/logout", host)), 403);
    await assertVictimUnharmed();
  });
}

/** A session of the attacker's own, to be planted in the victim's browser. */
async function attackersCookies(): Promise<readonly { name: string; value: string }[]> {
  const page = await newVisitor(browser);
  await signUp(page, origin);
  const cookies = await page.context().cookies(origin);
  await page.context().close();
  return cookies;
}

test("keeps the victim's session when a sub-domain plants the attacker's cookies", async () => {
  const planted = (await attackersCookies()).flatMap(({ name, value }) => [
    `${name}=${value}; Domain=app.test; Path=/; Secure`,
    `${name}=${value}; Domain=app.test; Path=/notes; Secure`,
    `${name.replace("__Host-", "")}=${value}; Domain=app.test; Path=/; Secure`,
    `${name.replace("__Host-", "__host-")}=${value}; Domain=app.test; Path=/; Secure`,
    `=${name}=${value}; Domain=app.test; Path=/; Secure`,
  ]);
  attacker.page("/toss", planted.map((cookie) => `<meta name="cookie" content="${cookie}">`).join(""));
  await victim.goto(attacker.url("/toss", "sub.app.test"));
  await victim.evaluate(() => {
    for (const meta of document.querySelectorAll("meta")) document.cookie = meta.content;
  });
  assert.notEqual(await victim.evaluate("document.cookie"), "", "at least one was planted");
  await assertVictimUnharmed();
});

test("logs nobody in who was given a session before", async () => {
  const newcomer = await newVisitor(browser);
  const planted = await attackersCookies();
  await newcomer.context().addCookies(
    planted.map(({ name, value }) => ({
      name: name.replace("__Host-", ""),
      value,
      domain: ".app.test",
      path: "/",
      secure: true,
    })),
  );
  await newcomer.goto(`${origin}/notes`);
  assert.match(newcomer.url(), /\/login/);
  await newcomer.context().close();
});

test("sends no part of its addresses to another origin", async () => {
  await victim.goto(`${origin}/notes`);
  attacker.page("/referrer", "<title>referrer</title>");
  await victim.evaluate(
    (url) => {
      const link = Object.assign(document.createElement("a"), { href: url, textContent: "out" });
      document.body.append(link);
      link.click();
    },
    attacker.url("/referrer", "evil.test"),
  );
  await victim.waitForURL("**/referrer");
  assert.doesNotMatch(await victim.evaluate<string>("document.referrer"), /notes/);
});
