// `npm run docs:screenshots:check`: writes packages/hauberk-check/docs/<pretty|report|routes>-<light|dark>.png from a real run.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { launchBrowser, newVisitor } from "../support/browser.ts";
import { shrinkPng } from "./small-png.ts";

const PACKAGE = fileURLToPath(new URL("../../packages/hauberk-check/", import.meta.url));
const APP = "fixtures/apps/v4-shop";
/** Some of its routes lack what others have. */
const APP_OF_ROUTES = "fixtures/apps/faulty-v5-orchard";

const FINDINGS_SHOWN = 3;

const SCHEMES = ["light", "dark"] as const;
/** Select Graphic Rendition: the few codes that the report uses, as HTML. */
const OPENING: Readonly<Record<string, string>> = {
  "1": "<b>",
  "4": "<u>",
  "31": '<span class="red">',
  "32": '<span class="green">',
  "33": '<span class="yellow">',
  "34": '<span class="blue">',
  "35": '<span class="magenta">',
  "36": '<span class="cyan">',
  "90": '<span class="grey">',
};
const CLOSING: Readonly<Record<string, string>> = { "22": "</b>", "24": "</u>", "39": "</span>" };

const PAPER = `<style>
:root { color-scheme: light dark; --bg: #fff; --fg: #1c2024; --red: #b42318; --yellow: #8a4b00; --blue: #0b5c8a; --green: #1a6b3c; --grey: #5a6169; }
@media (prefers-color-scheme: dark) { :root { --bg: #14171a; --fg: #e8eaed; --red: #ff8a80; --yellow: #f5b661; --blue: #7cc4f0; --green: #7ed6a0; --grey: #a3abb4; } }
body { margin: 0; background: var(--bg); color: var(--fg); }
pre { margin: 0; padding: 24px; font: 15px/1.5 "DejaVu Sans Mono", monospace; white-space: pre-wrap; }
.red { color: var(--red); } .yellow { color: var(--yellow); } .blue, .cyan { color: var(--blue); } .green { color: var(--green); } .grey, .magenta { color: var(--grey); }
</style>`;

const browser = await launchBrowser({ whole: true });
try {
  const terminal = `$ npx hauberk-check\n\n${run(APP, ["--only", "csrf,session,cors"])
    .split("\n\n")
    .slice(0, FINDINGS_SHOWN)
    .join("\n\n")}`;
  const report = run(APP, ["--format", "html", "--only", "csrf,cors"]);
  const routes = run(APP_OF_ROUTES, ["--format", "html"]);
  for (const scheme of SCHEMES) {
    await take(browser, scheme, `${PAPER}<pre>${toHtml(terminal)}</pre>`, "pretty", 690);
    await take(browser, scheme, report, "report", 1_300);
    await take(browser, scheme, routes, "routes", 470, "What each route passes");
  }
} finally {
  await browser.close();
}

function run(app: string, more: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [`${PACKAGE}bin/hauberk-check.cjs`, `${PACKAGE}${app}`, ...more],
    { encoding: "utf8", env: { ...process.env, FORCE_COLOR: "1", NO_COLOR: "" } },
  );
  if (status !== 1) throw new Error(`the checker ended with ${String(status)}: ${stderr}`);
  return stdout;
}

function toHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .split("\u001B[")
    .map((piece, i) => {
      if (i === 0) return piece;
      const end = piece.indexOf("m");
      const code = piece.slice(0, end);
      return (OPENING[code] ?? CLOSING[code] ?? "") + piece.slice(end + 1);
    })
    .join("");
}

async function take(
  window: Browser,
  colorScheme: "light" | "dark",
  html: string,
  name: string,
  height: number,
  from?: string,
): Promise<void> {
  const page = await newVisitor(window, { colorScheme, viewport: { width: 1_200, height } });
  await page.setContent(html);
  if (from !== undefined)
    await page.getByRole("heading", { name: from }).evaluate((heading) => {
      heading.scrollIntoView();
    });
  writeFileSync(
    `${PACKAGE}docs/${name}-${colorScheme}.png`,
    shrinkPng(await page.screenshot({ animations: "disabled" })),
  );
  await page.context().close();
}
