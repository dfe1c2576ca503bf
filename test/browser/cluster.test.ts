import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startCluster } from "../cluster/cluster.ts";
import { startAttacker } from "../support/attacker.ts";
import { launchBrowser, newVisitor } from "../support/browser.ts";
import { autoSubmit } from "./forgeries.ts";
import { logIn, noteTitles, signUp, writeNote } from "./people.ts";
import { readRequestLog } from "./request-log.ts";

// What `npm run test:cluster` does at length: every browser test against three processes that are one application.
const cluster = await startCluster({ after }, "app.test");
const { origin, processes } = cluster;
const logs = processes.map((each) => readRequestLog([each]));
const log = readRequestLog(processes);
const attacker = await startAttacker({ after }, { tls: true });
const browser = await launchBrowser();
after(() => browser.close());

const page = await newVisitor(browser);
const person = await signUp(page, origin);

/** How many requests each process was given since its log was forgotten. */
const shares = (): readonly number[] => logs.map(({ requests }) => requests().length);

test("three processes behind nginx know one person, and each of them serves", async () => {
  await writeNote(page, origin, "First", "by whichever process");
  for (let visit = 0; visit < 6; visit += 1)
    // oxlint-disable-next-line no-await-in-loop -- one after the other, so that they go round
    assert.deepEqual(await noteTitles(page, origin), ["First"]);
  assert.ok(
    shares().every((share) => share > 0),
    `requests of each: ${shares().join(", ")}`,
  );
});

test("accepts no form of another site, whichever process it reaches", async () => {
  attacker.page("/attack", autoSubmit(`${origin}/notes`, { title: "owned", body: "", _csrf: "a" }));
  log.forget();
  for (const host of ["evil.test", "sub.app.test", "evil.test"]) {
    const tab = await page.context().newPage();
    const answer = tab.waitForResponse((response) => response.url().startsWith(origin));
    await tab.goto(attacker.url("/attack", host), { waitUntil: "commit" });
    assert.equal((await answer).status(), 403);
    await tab.close();
  }
  await log.saw("POST /notes", "POST /notes", "POST /notes");
  assert.deepEqual(await noteTitles(page, origin), ["First"]);
});

test("a person stays logged in, and writes on, while a process is killed", async () => {
  const [first] = processes;
  assert.ok(first !== undefined);
  await page.goto(`${origin}/notes/new`);
  await page.getByLabel("Title").fill("Written during the kill");
  await first.stop();
  assert.equal(first.isAlive(), false);
  await page.getByRole("button", { name: "Save note" }).click();
  await page.getByRole("heading", { name: "Written during the kill" }).first().waitFor();
  for (const title of ["Second", "Third"]) await writeNote(page, origin, title, "");
  const titles = ["First", "Second", "Third", "Written during the kill"];
  assert.deepEqual([...(await noteTitles(page, origin))].toSorted(), titles);
});

test("a log-out in one process is one in all", async () => {
  const cookies = await page.context().cookies();
  await page.getByRole("button", { name: "Log out" }).click();
  await page.waitForURL(/\/login/);
  const thief = await newVisitor(browser);
  await thief.context().addCookies(cookies);
  for (const path of ["/notes", "/account", "/notes/new"]) {
    await thief.goto(origin + path);
    assert.match(thief.url(), /\/login/, path);
  }
  await logIn(page, origin, person);
  assert.equal((await noteTitles(page, origin)).length, 4);
  await thief.context().close();
});
