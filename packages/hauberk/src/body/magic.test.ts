import assert from "node:assert/strict";
import { test } from "node:test";
import { detectType, displayName, type UploadType } from "./magic.ts";
import { cpuMillis } from "../../../../test/support/cpu-time.ts";

const HEADS: readonly [title: string, head: string, want: UploadType | undefined][] = [
  ["a PNG", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"],
  ["a JPEG", "\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"],
  ["a GIF of 1987", "GIF87a......", "image/gif"],
  ["a GIF of 1989", "GIF89a......", "image/gif"],
  ["a WebP", "RIFF\x10\0\0\0WEBPVP8 ", "image/webp"],
  ["a PDF", "%PDF-1.7\n....", "application/pdf"],
  ["HTML", "<!doctype html><script>", undefined],
  ["HTML behind spaces", "   <html>      ", undefined],
  ["an SVG", '<svg xmlns="http', undefined],
  ["XML", '<?xml version="1.0"', undefined],
  ["a script", "#!/bin/sh\nrm -rf", undefined],
  ["PHP", "<?php system($_GET", undefined],
  ["an executable of Windows", "MZ\x90\0\x03\0\0\0\x04\0", undefined],
  ["an executable of Linux", "\x7fELF\x02\x01\x01\0\0\0\0\0", undefined],
  ["a ZIP", "PK\x03\x04\x14\0\0\0\x08\0", undefined],
  ["a sound in RIFF", "RIFF\x10\0\0\0WAVEfmt ", undefined],
  ["a PNG with a byte in front", " \x89PNG\r\n\x1a\n\0\0\0", undefined],
  ["a PNG with its line ends turned", "\x89PNG\n\x1a\n\0\0\0\rI", undefined],
  ["a GIF of no year", "GIF88a......", undefined],
  ["a PDF behind HTML", "<html>%PDF-1.", undefined],
  ["nothing", "", undefined],
  ["one byte", "\xff", undefined],
];

for (const [title, head, want] of HEADS) {
  test(`takes ${title} for ${want ?? "nothing it knows"}`, () => {
    assert.equal(detectType(Buffer.from(head, "latin1")), want);
  });
}

const NAMES: readonly [given: string, type: UploadType, want: string][] = [
  ["cat.png", "image/png", "cat.png"],
  ["Cat.JPG", "image/jpeg", "Cat.JPG"],
  ["cat.jpeg", "image/jpeg", "cat.jpeg"],
  ["Lebenslauf für Zoë.pdf", "application/pdf", "Lebenslauf für Zoë.pdf"],
  ["猫.png", "image/png", "猫.png"],
  ["cat", "image/png", "cat.png"],
  ["page.html", "image/gif", "page.html.gif"],
  ["shell.php", "image/png", "shell.php.png"],
  ["shell.php.png", "image/png", "shell.php.png"],
  ["cat.png", "application/pdf", "cat.png.pdf"],
  ["../../etc/passwd", "image/png", "passwd.png"],
  ["C:\\windows\\system.ini", "image/png", "system.ini.png"],
  ["/absolute.png", "image/png", "absolute.png"],
  ["..", "image/png", "file.png"],
  [".", "image/png", "file.png"],
  ["", "image/png", "file.png"],
  ["   ", "image/png", "file.png"],
  [".htaccess", "image/png", "htaccess.png"],
  ["cat.png\0.html", "image/png", "cat.png.html.png"],
  ["cat\u202egnp.exe", "image/png", "catgnp.exe.png"],
  ["a\r\nSet-Cookie: b.png", "image/png", "aSet-Cookie b.png"],
  ['a".png', "image/png", "a.png"],
  ["cat.png ", "image/png", "cat.png"],
  ["cat.png.", "image/png", "cat.png"],
  ["cat.png::$DATA", "image/png", "cat.png$DATA.png"],
  ["\ud800.png", "image/png", "png.png"],
  [`${"x".repeat(119)}\u{1f600}.png`, "image/png", `${"x".repeat(119)}.png`],
  [`${"x".repeat(118)}\u{1f600}.png`, "image/png", `${"x".repeat(118)}\u{1f600}.png`],
  ["x".repeat(5000), "image/png", `${"x".repeat(120)}.png`],
];

for (const [given, type, want] of NAMES) {
  test(`shows ${JSON.stringify(given.slice(0, 30))} of type ${type} as ${want.slice(0, 30)}`, () => {
    assert.equal(displayName(given, type), want);
  });
}

test("reads a name of 200,000 dots before a letter without slowing down", () => {
  const spent = cpuMillis(() => {
    for (const hostile of [".", " ", ". ", "\u00a0"]) displayName(`${hostile.repeat(200_000)}a`, "image/png");
  });
  // Looking at each run of dots once for each dot took seconds.
  assert.ok(spent < 1000);
});
