import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type LighthouseRun, loadLighthouse } from "../graders/install.ts";
import { launchBrowser } from "../support/browser.ts";
import { freePort } from "../support/free-port.ts";
import { fillEveryPage } from "./every-page.ts";
import { startSecureSkeleton } from "./skeleton.ts";

const lighthouse = await loadLighthouse();
const app = await startSecureSkeleton({ after }, "localhost");
const debuggingPort = await freePort();
const browser = await launchBrowser({ args: [`--remote-debugging-port=${debuggingPort}`] });
after(() => browser.close());
const { anonymous, personal, storageState } = await fillEveryPage(browser, app);
/** Of the window that Lighthouse opens its pages in, which is none of Playwright's. */
const window = await browser.newBrowserCDPSession();

const ID = /[\da-f-]{32,36}/g;

/**
 * Nothing is measured but what a page is. "simulate" slows nothing down: it would be worked out afterwards, for a category
 * that is not asked for; every other method waits ten seconds a page.
 */
const FLAGS = {
  port: debuggingPort,
  disableStorageReset: true,
  logLevel: "error",
  onlyCategories: ["best-practices"],
  formFactor: "desktop",
  screenEmulation: { disabled: true },
  throttlingMethod: "simulate",
  disableFullPageScreenshot: true,
  pauseAfterFcpMs: 0,
  pauseAfterLoadMs: 100,
  networkQuietThresholdMs: 100,
  cpuQuietThresholdMs: 0,
  // What a page that is not found answers is what is graded.
  ignoreStatusCode: true,
};

for (const path of anonymous) testPage(`a visitor's ${path}`, path);
test("Lighthouse's window is logged in", async () => {
  await window.send("Storage.setCookies", { cookies: storageState.cookies });
});
for (const path of personal) testPage(`${path.replace(ID, "1")} of somebody logged in`, path);

function testPage(name: string, path: string): void {
  test(`Lighthouse finds nothing to do better on ${name}`, async () => {
    const url = app.origin + path;
    const { lhr } = await lighthouse(url, FLAGS);
    assert.equal(lhr.runtimeError, undefined);
    // A log-in form is graded well, too: what was asked for must be what was seen.
    assert.equal(lhr.finalDisplayedUrl, url);
    assert.deepEqual(faults(lhr, url), []);
    // Chromium itself notes every 404 as an error of the page: the one fault that a page for what is missing must have.
    if (!path.startsWith("/missing")) assert.equal(lhr.categories["best-practices"]?.score, 1);
  });
}

/** What counts against the page, the page's own 404 aside. */
function faults({ audits, categories }: LighthouseRun["lhr"], url: string): readonly string[] {
  const weighty = categories["best-practices"]?.auditRefs.filter(({ weight }) => weight > 0) ?? [];
  assert.ok(weighty.length > 10, "nothing was graded");
  return weighty.flatMap(({ id }) => {
    const { score = null, title = "", details } = audits[id] ?? {};
    if (score === 1 || (score === null && audits[id]?.scoreDisplayMode === "notApplicable")) return [];
    const items = details?.items ?? [];
    const isOwn404 = items.length === 1 && items[0]?.sourceLocation?.url === url && url.endsWith("/missing");
    return id === "errors-in-console" && isOwn404 ? [] : [`${id}: ${title} ${JSON.stringify(items)}`];
  });
}
