import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { PATIENCE } from "./patience.ts";

/** The same engine without windows, which does most of the same in two thirds of the time. */
const HEADLESS_PLACES = ["/usr/bin/chromium-headless-shell"];

const USUAL_PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** Host names of these tests; inside the browser all of them are this machine. */
const TEST_HOSTS = ["app.test", "*.app.test", "evil.test", "*.evil.test"];

/** A closed network answers every one of Chromium's own connections with a refusal, many at a time: none are made. */
const QUIET_FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Not every request belongs to a page, whose context could be told to accept the tests' own certificates.
  "--ignore-certificate-errors",
];

/** Where Chromium is. Its absence is a failure, never a skipped test. */
function findChromium(whole: boolean): string {
  const { CHROMIUM_PATH, CHROMIUM_HEADLESS_PATH } = process.env;
  const chosen = whole ? CHROMIUM_PATH : (CHROMIUM_HEADLESS_PATH ?? CHROMIUM_PATH);
  const places = whole ? USUAL_PLACES : [...HEADLESS_PLACES, ...USUAL_PLACES];
  const found = chosen ?? places.find((place) => existsSync(place));
  if (found !== undefined && existsSync(found)) return found;
  throw new Error(
    `The browser tests need Chromium, and ${chosen ?? "none of the usual places"} is not there. ` +
      "Run `npm test` as root once, or `apt-get install chromium`, or set CHROMIUM_PATH.",
  );
}

interface BrowserOptions {
  /** Flags of a test's own. */
  readonly args?: readonly string[];
  /** The browser that people have, for the few things that one without windows leaves out, such as the Reporting API. */
  readonly whole?: boolean;
}

/** Starts Chromium with an empty profile. */
export async function launchBrowser({ args = [], whole = false }: BrowserOptions = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(whole),
    // Chromium refuses to run its sandbox as root, which is what a container's tests run as.
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      ...QUIET_FLAGS,
      ...args,
      `--host-resolver-rules=${TEST_HOSTS.map((host) => `MAP ${host} 127.0.0.1`).join(",")}`,
    ],
  });
}

/** A page of a fresh visitor: own cookies, own cache. Certificates of the tests' own servers are accepted. */
export async function newVisitor(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
  context.setDefaultTimeout(PATIENCE.timeout);
  return context.newPage();
}
