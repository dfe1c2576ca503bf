import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { startAttacker } from "../support/attacker.ts";
import { launchBrowser, newVisitor } from "../support/browser.ts";
import { autoSubmit, forgeries } from "./forgeries.ts";
import { noteTitles, signUp, writeNote } from "./people.ts";
import { readRequestLog } from "./request-log.ts";
import { startSecureSkeleton } from "./skeleton.ts";

const app = await startSecureSkeleton({ after });
const { origin } = app;
const log = readRequestLog(app.processes);
const attacker = await startAttacker({ after }, { tls: true });
/** The third kind of attacker is on the victim's own machine, where a page may have a service worker. */
const local = await startAttacker({ after });
const browser = await launchBrowser();
after(() => browser.close());

const victim = await newVisitor(browser);
const account = await signUp(victim, origin);
await writeNote(victim, origin, "My own note", "mine");
const note = new URL(victim.url()).pathname;

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** None of what arrived may have changed anything: unsafe requests are refused, safe ones lead nowhere new. */
function assertRefused(name: string): void {
  // What the browser tells about a page of our own that it blocked is no deed of the attacker's.
  const deeds = log.requests().filter(({ path }) => path !== "/browser-reports");
  const accepted = deeds.filter(({ method, status }) => !SAFE.has(method) && status < 400);
  assert.deepEqual(accepted, [], name);
}

for (const host of ["evil.test", "sub.app.test"]) {
  for (const { name, page, reaches, click } of forgeries(origin, note)) {
    test(`accepts nothing from ${host} by ${name}`, async () => {
      attacker.page("/attack", page);
      attacker.page("/hop", "", { location: `${origin}/notes` }, 307);
      log.forget();
      const tab = await victim.context().newPage();
      await tab.goto(attacker.url("/attack", host), { waitUntil: "commit" });
      if (click === true) await tab.getByText("Win").click();
      await log.saw(...reaches);
      assertRefused(name);
      // The window it opened, too.
      for (const each of victim.context().pages()) if (each !== victim) await each.close();
    });
  }
}

test("accepts nothing from a service worker of another origin", async () => {
  const worker = `self.addEventListener("fetch", (event) => {
    const body = new URLSearchParams({ title: "owned", body: "" });
    const init = { method: "POST", mode: "no-cors", credentials: "include", body };
    event.respondWith(fetch("${origin}/notes", init).catch(() => new Response("blocked")));
  });
  self.addEventListener("activate", (event) => event.waitUntil(clients.claim()));`;
  local.page("/worker.js", worker, { "content-type": "text/javascript" });
  local.page(
    "/attack",
    `<script>navigator.serviceWorker.addEventListener("controllerchange", () => fetch("/anything"));
     navigator.serviceWorker.register("/worker.js")</script>`,
  );
  log.forget();
  const tab = await victim.context().newPage();
  await tab.goto(local.url("/attack", "localhost"));
  await log.saw("POST /notes");
  assertRefused("service worker");
  await tab.close();
});

test("accepts no form with a token that the attacker was given himself", async () => {
  const stranger = await newVisitor(browser);
  await stranger.goto(`${origin}/signup`);
  const token = await stranger.locator("main input[name=_csrf]").inputValue();
  await stranger.context().close();
  attacker.page("/attack", autoSubmit(`${origin}/notes`, { title: "owned", body: "", _csrf: token }));
  log.forget();
  const tab = await victim.context().newPage();
  await tab.goto(attacker.url("/attack", "sub.app.test"), { waitUntil: "commit" });
  await log.saw("POST /notes");
  assertRefused("own token");
  await tab.close();
});

test("gives a web socket of another origin nothing to talk to", async () => {
  attacker.page("/attack", "<title>socket</title>");
  const tab = await victim.context().newPage();
  await tab.goto(attacker.url("/attack", "sub.app.test"));
  const outcome = await tab.evaluate(
    (url) =>
      new Promise((resolve) => {
        const socket = new WebSocket(url);
        socket.addEventListener("open", () => resolve("open"));
        socket.addEventListener("error", () => resolve("refused"));
      }),
    `${origin.replace("https", "wss")}/notes`,
  );
  assert.equal(outcome, "refused");
  await tab.close();
});

test("leaves the victim, after all of these attacks, with what he had", async () => {
  await pause(200);
  assertRefused("late");
  assert.deepEqual(await noteTitles(victim, origin), ["My own note"]);
  await victim.goto(`${origin}/account`);
  assert.ok((await victim.locator("main").innerText()).includes(account.email));
  await victim.goto(`${origin}${note}`);
  assert.equal(await victim.locator(".files").count(), 0);
});
