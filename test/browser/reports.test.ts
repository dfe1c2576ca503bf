import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import { launchBrowser, newVisitor } from "../support/browser.ts";
import { PATIENCE } from "../support/patience.ts";
import { signUp } from "./people.ts";
import type { Skeleton } from "./skeleton-process.ts";
import { startSecureSkeleton, startSkeleton } from "./skeleton.ts";

const browser = await launchBrowser({
  whole: true,
  args: [
    // The Reporting API sends after a minute otherwise.
    "--short-reporting-delay",
    // Its connections are no page's: they do not know what a page's visitor accepted.
    "--ignore-certificate-errors",
  ],
});
after(() => browser.close());

/** Puts something into the page that the policy does not allow, as a first careless script would. */
async function violate(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const name of ["a", "b", "c"]) {
      const image = new Image();
      image.src = `https://images.example/${name}.png?secret=1`;
      document.body.append(image);
    }
    document.body.setAttribute("onclick", "window.ran = true");
    document.body.click();
  });
}

async function reported(page: Page, address: string, words: RegExp): Promise<string> {
  const deadline = Date.now() + PATIENCE.timeout;
  while (Date.now() < deadline) {
    await page.goto(address);
    const text = await page.locator("main").innerText();
    if (words.test(text)) return text;
    await page.waitForTimeout(250);
  }
  throw new Error(`no report arrived: ${await page.locator("main").innerText()}`);
}

async function newAdministrator({ origin, makeAdmin }: Skeleton): Promise<Page> {
  const page = await newVisitor(browser);
  const { email } = await signUp(page, origin);
  await makeAdmin(email);
  return page;
}

test("a violation on localhost arrives, is kept once and yields the right proposal", async (t) => {
  const app = await startSkeleton(t);
  const { origin } = app;
  const page = await newVisitor(browser);
  const reader = app.reportsAreOpen ? page : await newAdministrator(app);
  await page.goto(`${origin}/login`);
  await violate(page);
  assert.equal(await page.evaluate("window.ran"), undefined);
  const text = await reported(reader, `${origin}/reports`, /(?=[^]*inline event handlers)[^]*3 times, on/);
  assert.equal(text.split("Allow https://images.example in img-src").length - 1, 1);
  assert.match(
    text,
    /Allow https:\/\/images\.example in img-src: add https:\/\/images\.example\.\s+3 times, on \/login/,
  );
  assert.match(text, /img-src 'self' data: https:\/\/images\.example/);
  assert.match(text, /Replace inline event handlers/);
  assert.doesNotMatch(text, /secret/);
});

test("a violation on https arrives through the Reporting API, for an administrator alone", async (t) => {
  const server = await startSecureSkeleton(t);
  const { origin } = server;
  const page = await newVisitor(browser);
  const person = await signUp(page, origin);
  assert.equal((await page.goto(`${origin}/reports`))?.status(), 404);
  await server.makeAdmin(person.email);
  await page.goto(`${origin}/account`);
  await violate(page);
  const text = await reported(page, `${origin}/reports`, /(?=[^]*inline event handlers)[^]*3 times, on/);
  assert.match(
    text,
    /Allow https:\/\/images\.example in img-src: add https:\/\/images\.example\.\s+3 times, on \/account/,
  );
});
