import assert from "node:assert/strict";
import { after, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { launchBrowser, newVisitor } from "../support/browser.ts";
import { PDF, PICTURE } from "./files.ts";
import { signUp, writeNote } from "./people.ts";
import { startSkeleton } from "./skeleton.ts";
import { DESKTOP, PHONE } from "./viewports.ts";

const { origin } = await startSkeleton({ after });
const browser = await launchBrowser();
after(() => browser.close());

const author = await newVisitor(browser);
await signUp(author, origin);
await writeNote(author, origin, "On the engine", "It weaves algebraic patterns.\n".repeat(5));
await author.goto(`${origin}/notes`);
const note = (await author.getByRole("link", { name: "On the engine" }).getAttribute("href")) ?? "";
await author.goto(`${origin}${note}/edit`);
await author.getByLabel("Files").setInputFiles([PICTURE, PDF]);
await author.getByRole("button", { name: "Save note" }).click();
const file = (await author.getByRole("link", { name: PICTURE.name, exact: true }).getAttribute("href")) ?? "";
const storageState = await author.context().storageState();

// Something of every kind for the page of reports to show; on localhost it is open.
const violation = (blockedURL: string, disposition: string): object => ({
  type: "csp-violation",
  url: `${origin}/notes`,
  body: { blockedURL, disposition, effectiveDirective: "img-src" },
});
await fetch(`${origin}/browser-reports`, {
  method: "POST",
  headers: { "Content-Type": "application/reports+json" },
  body: JSON.stringify([
    violation("https://images.example/a.png", "enforce"),
    violation("data", "report"),
    violation("chrome-extension", "enforce"),
    { type: "deprecation", url: `${origin}/`, body: { id: "UnloadHandler" } },
  ]),
});

const anonymousPages = ["/", "/signup", "/login", "/missing", "/reports", "/reports?span=fortnight"];
const personalPages = [
  "/",
  "/notes",
  "/notes/new",
  note,
  `${note}/edit`,
  `${note}/delete`,
  `${file}/delete`,
  "/account",
  "/account/delete",
  "/missing",
];

/** Forms after they were sent empty: what is wrong must be as readable as the rest. */
const wrongForms: readonly [path: string, button: string][] = [
  ["/notes/new", "Save note"],
  ["/account", "Change password"],
  ["/account/delete", "Delete account"],
];

for (const colorScheme of ["light", "dark"] as const) {
  for (const [device, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    test(`has no accessibility violation in ${colorScheme} on a ${device}`, async (t) => {
      const visitor = await newVisitor(browser, { colorScheme, viewport });
      const member = await newVisitor(browser, { colorScheme, viewport, storageState });
      for (const path of anonymousPages)
        await t.test(`as a visitor: ${path}`, () => checkPage(visitor, path));
      for (const path of personalPages)
        await t.test(`logged in: ${path.replace(/\d+/, "1")}`, () => checkPage(member, path));
      for (const [path, button] of wrongForms) {
        await t.test(`with errors: ${path}`, async () => {
          await member.goto(origin + path);
          await member.getByRole("button", { name: button }).click();
          await member.getByRole("alert").waitFor();
          await assertAccessible(member);
        });
      }
      await Promise.all([visitor.context().close(), member.context().close()]);
    });
  }
}

async function checkPage(page: Page, path: string): Promise<void> {
  await page.goto(origin + path);
  await assertAccessible(page);
  const overflow = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
  assert.ok(overflow <= 0, `the page is ${overflow} pixels wider than the screen`);
}

async function assertAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  assert.deepEqual(found, [], page.url());
}
