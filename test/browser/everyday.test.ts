import assert from "node:assert/strict";
import { after, afterEach, beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { startAttacker } from "../support/attacker.ts";
import { launchBrowser, newVisitor } from "../support/browser.ts";
import { PICTURE } from "./files.ts";
import { fillAndSend, logIn, noteTitles, type Person, signUp, writeNote } from "./people.ts";
import { readRequestLog } from "./request-log.ts";
import { startSecureSkeleton } from "./skeleton.ts";

const app = await startSecureSkeleton({ after });
const { origin } = app;
const log = readRequestLog(app.processes);
/** Another site with a link to the application: a search engine, a mail in the browser. */
const elsewhere = await startAttacker({ after }, { tls: true });
elsewhere.page(
  "/",
  `<a href="${origin}/notes">Notes</a> <a href="${origin}/notes" target="_blank">New tab</a>`,
);
const browser = await launchBrowser();
after(() => browser.close());

const page = await newVisitor(browser);
const person: Person = await signUp(page, origin);

/** What a form may answer that was filled in wrongly, and nothing else: nobody here does what he must not. */
const NO_REFUSAL = new Set([422]);

beforeEach(() => log.forget());
afterEach(() => {
  const refused = log.requests().filter(({ status }) => status >= 400 && !NO_REFUSAL.has(status));
  assert.deepEqual(refused, []);
});

async function openForm(tab: Page, title: string): Promise<void> {
  await tab.goto(`${origin}/notes/new`);
  await tab.getByLabel("Title").fill(title);
}

async function save(tab: Page, title: string): Promise<void> {
  await tab.getByRole("button", { name: "Save note" }).click();
  await tab.getByRole("heading", { name: title }).first().waitFor();
}

const newTab = (): Promise<Page> => page.context().newPage();

test("lets a form be sent with the enter key", async () => {
  await openForm(page, "By key");
  await page.getByLabel("Title").press("Enter");
  await page.getByRole("heading", { name: "By key" }).first().waitFor();
});

test("lets a form be sent from two tabs", async () => {
  const tab = await newTab();
  await openForm(page, "Left tab");
  await openForm(tab, "Right tab");
  await save(page, "Left tab");
  await save(tab, "Right tab");
  await tab.close();
});

test("lets a form with a picture be sent", async () => {
  await openForm(page, "Picture");
  await page.getByLabel("Files").setInputFiles(PICTURE);
  await save(page, "Picture");
});

test("lets a file be deleted by a form with a token of its own", async () => {
  await page.getByRole("link", { name: "Delete dot.png" }).click();
  await page.getByRole("button", { name: "Delete file" }).click();
  await page.getByText("File deleted.").waitFor();
});

test("lets a note be deleted by a form with a token of its own", async () => {
  await writeNote(page, origin, "To go", "");
  await page.getByRole("link", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete note" }).click();
  await page.getByText("Note deleted.").waitFor();
});

test("lets a form be sent again after the back button", async () => {
  await openForm(page, "First try");
  await save(page, "First try");
  await page.goBack();
  await page.getByLabel("Title").fill("Second try");
  await save(page, "Second try");
});

test("lets the page behind a form be reloaded", async () => {
  await writeNote(page, origin, "Reloaded", "");
  await page.reload();
  assert.equal(await page.getByRole("heading", { name: "Reloaded" }).count(), 1);
});

test("lets a form that had errors be reloaded, which sends it again", async () => {
  await page.goto(`${origin}/notes/new`);
  await page.getByRole("button", { name: "Save note" }).click();
  await page.getByRole("alert").waitFor();
  await page.reload();
  await page.getByRole("alert").waitFor();
  await log.saw("POST /notes", "POST /notes");
});

test("lets a form be sent twice by an impatient finger", async () => {
  await openForm(page, "Twice");
  await page.getByRole("button", { name: "Save note" }).dblclick();
  await page.getByRole("heading", { name: "Twice" }).first().waitFor();
});

test("lets a form that was open over a log-out and log-in be sent", async () => {
  const tab = await newTab();
  await openForm(page, "Open all along");
  await tab.goto(`${origin}/account`);
  await tab.getByRole("button", { name: "Log out" }).click();
  await logIn(tab, origin, person);
  await save(page, "Open all along");
  await tab.close();
});

test("leads a form whose session is over to the log-in, and on from there", async () => {
  const tab = await newTab();
  await openForm(page, "Too late");
  await tab.goto(`${origin}/account`);
  await tab.getByRole("button", { name: "Log out" }).click();
  await page.getByRole("button", { name: "Save note" }).click();
  await page.waitForURL(/\/login/);
  await fillAndSend(page, person, "Log in");
  await page.waitForURL(`${origin}/notes`);
  await tab.close();
});

test("lets a log-in form be sent in a tab that was left open while another logged in", async () => {
  const visitor = await newVisitor(browser);
  const other = await visitor.context().newPage();
  await visitor.goto(`${origin}/login`);
  await other.goto(`${origin}/login`);
  await fillAndSend(other, person, "Log in");
  await other.waitForURL(`${origin}/notes`);
  await fillAndSend(visitor, person, "Log in");
  await visitor.waitForURL(`${origin}/notes`);
  await visitor.context().close();
});

test("lets a log-out be pressed in a second tab after the first", async () => {
  const visitor = await newVisitor(browser);
  await logIn(visitor, origin, person);
  const other = await visitor.context().newPage();
  await other.goto(`${origin}/notes`);
  await visitor.getByRole("button", { name: "Log out" }).click();
  await visitor.waitForURL(/\/login/);
  await other.getByRole("button", { name: "Log out" }).click();
  await other.waitForURL(/\/login/);
  await visitor.context().close();
});

test("knows who follows a link from another site, and lets him send a form there", async () => {
  await page.goto(elsewhere.url("/", "evil.test"));
  await page.getByRole("link", { name: "Notes" }).click();
  await page.getByRole("link", { name: "New note" }).click();
  await page.getByLabel("Title").fill("From elsewhere");
  await save(page, "From elsewhere");
});

test("knows who follows a link from another site into a new tab", async () => {
  await page.goto(elsewhere.url("/", "evil.test"));
  const opened = page.context().waitForEvent("page");
  await page.getByRole("link", { name: "New tab" }).click();
  const tab = await opened;
  await tab.getByRole("link", { name: "New note" }).click();
  await tab.getByLabel("Title").fill("New tab");
  await save(tab, "New tab");
  await tab.close();
});

test("sends a visitor who followed a link to the log-in and then to where it led", async () => {
  const visitor = await newVisitor(browser);
  await visitor.goto(elsewhere.url("/", "evil.test"));
  await visitor.getByRole("link", { name: "Notes" }).click();
  await visitor.waitForURL(/\/login/);
  await fillAndSend(visitor, person, "Log in");
  await visitor.waitForURL(`${origin}/notes`);
  await visitor.context().close();
});

test("knows who opens a bookmark, and lets him send a form", async () => {
  const tab = await newTab();
  await openForm(tab, "Bookmarked");
  await save(tab, "Bookmarked");
  await tab.close();
});

test("lets a form be sent from a page that sends no referrer, as some privacy settings have it", async () => {
  await openForm(page, "No referrer");
  await page.evaluate(() => {
    document.head.append(
      Object.assign(document.createElement("meta"), { name: "referrer", content: "no-referrer" }),
    );
  });
  await save(page, "No referrer");
});

test("lets a form be sent into a new tab", async () => {
  await openForm(page, "Into a tab");
  await page.evaluate(() => document.querySelector("main form")?.setAttribute("target", "_blank"));
  const opened = page.context().waitForEvent("page");
  await page.getByRole("button", { name: "Save note" }).click();
  const tab = await opened;
  await tab.getByRole("heading", { name: "Into a tab" }).first().waitFor();
  await tab.close();
});

test("lets a form be sent by a script of the page", async () => {
  await openForm(page, "By script");
  await page.evaluate(() => document.querySelector<HTMLFormElement>("main form")?.requestSubmit());
  await page.getByRole("heading", { name: "By script" }).first().waitFor();
});

test("lets a form be sent after the page changed its own address", async () => {
  await openForm(page, "Other address");
  await page.evaluate(() => history.pushState({}, "", "/notes?draft=1"));
  await save(page, "Other address");
});

const OWN_REQUESTS: readonly [name: string, send: () => unknown][] = [
  [
    "fetch with a form",
    () => fetch("/notes", { method: "POST", body: new URLSearchParams({ title: "a", body: "" }) }),
  ],
  [
    "fetch with form data",
    () => {
      const body = new FormData();
      body.append("title", "b");
      body.append("body", "");
      return fetch("/notes", { method: "POST", body });
    },
  ],
  [
    "fetch with JSON",
    () =>
      fetch("/notes", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ title: "c", body: "" }),
      }),
  ],
  [
    "XMLHttpRequest",
    () => {
      const request = new XMLHttpRequest();
      request.open("POST", "/notes");
      request.send(new URLSearchParams({ title: "d", body: "" }));
    },
  ],
  ["a beacon", () => navigator.sendBeacon("/notes", new URLSearchParams({ title: "e", body: "" }))],
];

for (const [name, send] of OWN_REQUESTS) {
  test(`lets a page of the application send ${name} without a token`, async () => {
    await page.goto(`${origin}/notes`);
    log.forget();
    await page.evaluate(send);
    await log.saw("POST /notes");
  });
}

test("lets the password be changed, goes on in this tab, and asks elsewhere", async () => {
  const visitor = await newVisitor(browser);
  const changing = await signUp(visitor, origin);
  const other = await newVisitor(browser);
  await logIn(other, origin, changing);
  await visitor.goto(`${origin}/account`);
  await visitor.getByLabel("Current password").fill(changing.password);
  await visitor.getByLabel("New password").fill("seven lanterns under water");
  await visitor.getByRole("button", { name: "Change password" }).click();
  await visitor.getByText("Password changed.").waitFor();
  await writeNote(visitor, origin, "Still here", "");
  await other.goto(`${origin}/notes`);
  await other.waitForURL(/\/login/);
  await Promise.all([visitor.context().close(), other.context().close()]);
});

test("lets the owner log in from a known browser while somebody guesses his password", async () => {
  const visitor = await newVisitor(browser);
  const owner = await signUp(visitor, origin);
  await visitor.getByRole("button", { name: "Log out" }).click();
  const guesser = await newVisitor(browser);
  let said = "";
  // A slow machine gives a guess back meanwhile: one every minute and a half.
  for (let guess = 0; guess < 20 && !said.includes("too many attempts"); guess += 1) {
    await guesser.goto(`${origin}/login`);
    await fillAndSend(guesser, { ...owner, password: `guess number ${guess}` }, "Log in");
    said = await guesser.getByRole("alert").innerText();
  }
  assert.match(said, /Try again in (?:a minute|\d+ minutes)/);
  assert.equal(await guesser.getByLabel("E-mail").inputValue(), owner.email);
  log.forget();
  await logIn(visitor, origin, owner);
  await Promise.all([visitor.context().close(), guesser.context().close()]);
});

test("lets everything be done without JavaScript", async () => {
  const visitor = await newVisitor(browser, { javaScriptEnabled: false });
  await signUp(visitor, origin);
  await writeNote(visitor, origin, "Plain", "text");
  assert.deepEqual(await noteTitles(visitor, origin), ["Plain"]);
  await visitor.getByRole("button", { name: "Log out" }).click();
  await visitor.waitForURL(/\/login/);
  await visitor.context().close();
});
