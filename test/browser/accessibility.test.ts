import assert from "node:assert/strict";
import { after, test, type TestContext } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { launchBrowser, newVisitor } from "../support/browser.ts";
import { fillEveryPage } from "./every-page.ts";
import { startSkeleton } from "./skeleton.ts";
import { DESKTOP, PHONE } from "./viewports.ts";

const app = await startSkeleton({ after });
const { origin } = app;
const browser = await launchBrowser();
after(() => browser.close());
const { anonymous, personal, storageState } = await fillEveryPage(browser, app);

/** Forms after they were sent empty: what is wrong must be as readable as the rest. */
const wrongForms: readonly [path: string, button: string][] = [
  ["/notes/new", "Save note"],
  ["/account", "Change password"],
  ["/account/delete", "Delete account"],
];

/** How a page may be looked at: what is wrong differs in contrast and in what does not fit. */
const LOOKS = (["light", "dark"] as const).flatMap((colorScheme) =>
  Object.entries({ desktop: DESKTOP, phone: PHONE }).map(([device, viewport]) => ({
    name: `in ${colorScheme} on a ${device}`,
    colorScheme,
    viewport,
  })),
);

const visitor = await newVisitor(browser);
const member = await newVisitor(browser, { storageState });

for (const path of anonymous)
  test(`has no accessibility violation for a visitor: ${path}`, (t) => checkPage(t, visitor, path));
for (const path of personal)
  test(`has no accessibility violation, logged in: ${path.replace(/\d+/, "1")}`, (t) =>
    checkPage(t, member, path));
for (const [path, button] of wrongForms) {
  test(`has no accessibility violation with errors: ${path}`, async (t) => {
    await member.goto(origin + path);
    await member.getByRole("button", { name: button }).click();
    await member.getByRole("alert").waitFor();
    await checkLooks(t, member);
  });
}

async function checkPage(t: TestContext, page: Page, path: string): Promise<void> {
  await page.goto(origin + path);
  await checkLooks(t, page);
}

/** Looks at one page in every way: it is asked for once, and the browser applies its style sheet anew. */
async function checkLooks(t: TestContext, page: Page): Promise<void> {
  for (const { name, colorScheme, viewport } of LOOKS) {
    // oxlint-disable-next-line no-await-in-loop -- one page has one look at a time
    await t.test(name, async () => {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      await assertAccessible(page);
      const overflow = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
      assert.ok(overflow <= 0, `the page is ${overflow} pixels wider than the screen`);
    });
  }
}

async function assertAccessible(page: Page): Promise<void> {
  // axe's usual way opens a second page to put frames together, which takes longer than the check; there are none.
  assert.equal(page.frames().length, 1, "a page with frames: leave out setLegacyMode()");
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  assert.deepEqual(found, [], page.url());
}
