// `npm run docs:screenshots`: writes docs/images/<page>-<light|dark>.png and one of a phone, from a real run.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launchBrowser, newVisitor } from "../support/browser.ts";
import { signUp, writeNote } from "./people.ts";
import { startSkeleton } from "./skeleton.ts";
import { shrinkPng } from "./small-png.ts";
import { DESKTOP, PHONE } from "./viewports.ts";

const FOLDER = fileURLToPath(new URL("../../docs/images/", import.meta.url));

const NOTES: readonly [title: string, body: string][] = [
  [
    "Ask the bank about the second signature",
    "They want it on paper. Nobody knows why.\nFriday, before noon.",
  ],
  ["Names for the boat", "Tern. Plover. Dunlin. Not another pun."],
  ["Bread, third attempt", "75 % water, twelve hours in the cold, then as hot as the oven goes."],
  ["What the engine cannot do", "It has no pretensions whatever to originate anything."],
  ["Keys", "The spare one is with Ines, not under the stone."],
];

const undo: (() => void | Promise<void>)[] = [];
try {
  mkdirSync(FOLDER, { recursive: true });
  const { origin } = await startSkeleton({ after: (clean) => undo.push(clean) });
  const browser = await launchBrowser({ whole: true });
  undo.push(() => browser.close());
  await takeAll(browser, origin);
} finally {
  for (const clean of undo.toReversed()) await clean();
}

async function takeAll(browser: Browser, origin: string): Promise<void> {
  const author = await newVisitor(browser);
  await signUp(author, origin, { email: "ada@example.com", password: "correct horse battery staple" });
  for (const [title, body] of NOTES) await writeNote(author, origin, title, body);
  const storageState = await author.context().storageState();

  for (const colorScheme of ["light", "dark"] as const) {
    const look = { colorScheme, viewport: DESKTOP };
    await take(browser, look, `${origin}/`, `home-${colorScheme}`);
    await take(browser, look, `${origin}/login`, `login-${colorScheme}`);
    await take(browser, { ...look, storageState }, `${origin}/notes`, `notes-${colorScheme}`);
  }
  await take(
    browser,
    { viewport: PHONE, colorScheme: "light", storageState },
    `${origin}/notes`,
    "notes-phone",
  );
}

async function take(
  browser: Browser,
  options: BrowserContextOptions,
  url: string,
  name: string,
): Promise<void> {
  const page: Page = await newVisitor(browser, options);
  await page.goto(url);
  writeFileSync(`${FOLDER}${name}.png`, shrinkPng(await page.screenshot({ animations: "disabled" })));
  await page.context().close();
}
