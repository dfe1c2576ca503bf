import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import { launchBrowser, newVisitor } from "../support/browser.ts";
import { scratchFolder } from "../support/scratch.ts";
import { PDF, PICTURE } from "./files.ts";
import { signUp } from "./people.ts";
import { startSkeleton } from "./skeleton.ts";

const { origin } = await startSkeleton({ after });
const browser = await launchBrowser();
after(() => browser.close());

const author = await newVisitor(browser);
await signUp(author, origin);
const storageState = await author.context().storageState();
const folder = scratchFolder({ after });

const TEXT = "a text that took an hour to write";

async function writeWith(
  page: Page,
  title: string,
  files: Parameters<Page["setInputFiles"]>[1],
): Promise<void> {
  await page.goto(`${origin}/notes/new`);
  await page.getByLabel("Title").fill(title);
  await page.getByLabel("Note", { exact: true }).fill(TEXT);
  await page.getByLabel("Files").setInputFiles(files);
  await page.getByRole("button", { name: "Save note" }).click();
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with JavaScript" : "without JavaScript";

  test(`attaches, shows, downloads and deletes files, ${how}`, async () => {
    const page = await newVisitor(browser, { javaScriptEnabled, storageState });
    await writeWith(page, "With files", [PICTURE, PDF]);
    await page.getByRole("heading", { name: "Files", exact: true }).waitFor();
    assert.deepEqual(await page.locator(".file a").allTextContents(), ["dot.png", "letter.pdf"]);
    if (javaScriptEnabled) {
      const picture = page.locator("img.thumb");
      await picture.scrollIntoViewIfNeeded();
      await page.waitForFunction(
        () => (document.querySelector("img.thumb") as HTMLImageElement).naturalWidth > 0,
      );
    }
    for (const name of ["dot.png", "letter.pdf"]) {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name, exact: true }).click(),
      ]);
      assert.equal(download.suggestedFilename(), name);
      assert.equal(await download.failure(), null);
    }
    await page.getByRole("link", { name: "View dot.png" }).click();
    assert.match(page.url(), /\/image$/);
    await page.goBack();
    await page.getByRole("link", { name: "Delete dot.png" }).click();
    await page.getByRole("button", { name: "Delete file" }).click();
    await page.getByText("File deleted.").waitFor();
    assert.deepEqual(await page.locator(".file a").allTextContents(), ["letter.pdf"]);
    await page.context().close();
  });
}

/** By its path: a large file would take its time from the test to the browser. */
function fileCalled(name: string, content: Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const ofMegabytes = (megabytes: number): Buffer =>
  Buffer.concat([PICTURE.buffer, Buffer.alloc(megabytes * 1024 * 1024)]);

const REFUSED: readonly [name: string, files: readonly string[], message: RegExp][] = [
  ["a file that is too large", [fileCalled("large.png", ofMegabytes(6))], /at most 5\.0 MB/],
  ["a file larger than all may be", [fileCalled("huge.png", ofMegabytes(18))], /at most 5\.0 MB/],
  [
    "a page that calls itself a picture",
    [fileCalled("page.png", Buffer.from("<script>alert(1)</script>".repeat(9)))],
    /something else inside/,
  ],
  ["too many files", ["a", "b", "c", "d"].map((name) => fileCalled(name, PICTURE.buffer)), /at most 3 files/],
];

for (const [name, files, message] of REFUSED) {
  test(`shows beside the field what is wrong with ${name}, and keeps the text`, async () => {
    await writeWith(author, "Kept title", [...files]);
    await author.getByRole("alert").waitFor();
    assert.match(await author.locator("#files-error").innerText(), message);
    assert.equal(await author.getByLabel("Note", { exact: true }).inputValue(), TEXT);
    assert.equal(await author.getByLabel("Title").inputValue(), "Kept title");
  });
}

test("saves what was kept with a better file", async () => {
  await author.getByLabel("Files").setInputFiles(PICTURE);
  await author.getByRole("button", { name: "Save note" }).click();
  await author.getByRole("link", { name: "dot.png", exact: true }).waitFor();
});

test("runs nothing of a file that is a script and a picture at once", async () => {
  const polyglot = {
    ...PICTURE,
    name: "x.html",
    buffer: Buffer.from(`GIF89a=1;/*<script>document.title="owned"</script>*/`),
  };
  await writeWith(author, "Polyglot", polyglot);
  await author.getByRole("link", { name: "View x.html.gif" }).click();
  assert.notEqual(await author.title(), "owned");
  const seen = await author.evaluate(() => [document.contentType, self.origin]);
  assert.deepEqual(seen, ["image/gif", "null"], "a picture, in a sandbox with an origin of its own");
});

test("does not show one person's file to another", async () => {
  const stranger = await newVisitor(browser);
  await writeWith(author, "Private", PICTURE);
  const path = (await author.getByRole("link", { name: "dot.png", exact: true }).getAttribute("href")) ?? "";
  await signUp(stranger, origin);
  for (const suffix of ["", "/image", "/delete"])
    assert.equal((await stranger.goto(origin + path + suffix))?.status(), 404);
  await stranger.context().close();
});
