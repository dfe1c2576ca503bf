import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { serveProtected } from "../../test/served.ts";
import { ConfigError } from "../errors/config-error.ts";
import { assetIntegrity, assetUrl, fingerprintFolder, isFingerprinted } from "./assets.ts";
import { parseStaticOptions } from "./options.ts";

function publicFolder(context: TestContext): string {
  const root = mkdtempSync(path.join(tmpdir(), "hauberk-static-"));
  context.after(() => rmSync(root, { recursive: true }));
  writeFileSync(path.join(root, "secret.txt"), "TOP SECRET");
  const folder = path.join(root, "public");
  mkdirSync(path.join(folder, "images"), { recursive: true });
  mkdirSync(path.join(folder, ".well"));
  writeFileSync(path.join(folder, "site.css"), "body { color: black }");
  writeFileSync(path.join(folder, "images", "a b.svg"), "<svg xmlns='http://www.w3.org/2000/svg'/>");
  writeFileSync(path.join(folder, "page.html"), "<script>alert(1)</script>");
  writeFileSync(path.join(folder, ".hidden"), "TOP SECRET");
  writeFileSync(path.join(folder, ".well", "x.txt"), "TOP SECRET");
  return folder;
}

const refused: readonly [name: string, make: (folder: string) => unknown, code: string][] = [
  ["a folder that does not exist", (folder) => ({ directory: path.join(folder, "none") }), "STATIC_INVALID"],
  [
    "a file in place of a folder",
    (folder) => ({ directory: path.join(folder, "site.css") }),
    "STATIC_INVALID",
  ],
  [
    "a project's root",
    (folder) => {
      writeFileSync(path.join(folder, "package.json"), "{}");
      return { directory: folder };
    },
    "STATIC_INVALID",
  ],
  [
    "a folder with a .env in it",
    (folder) => {
      writeFileSync(path.join(folder, ".env"), "APP_SECRET=x");
      return { directory: folder };
    },
    "STATIC_INVALID",
  ],
  [
    "a folder with a repository in it",
    (folder) => {
      mkdirSync(path.join(folder, ".git"));
      return { directory: folder };
    },
    "STATIC_INVALID",
  ],
  ["no folder", () => ({}), "OPTION_TYPE"],
  ["an empty folder name", () => ({ directory: "" }), "OPTION_TYPE"],
  ["a list of folders", (folder) => ({ directory: [folder] }), "OPTION_TYPE"],
  ["a folder alone, without its option", (folder) => folder, "OPTIONS_INVALID"],
  ["a negative age", (folder) => ({ directory: folder, maxAgeSeconds: -1 }), "OPTION_RANGE"],
  ["an age in words", (folder) => ({ directory: folder, maxAgeSeconds: "1h" }), "OPTION_RANGE"],
  ["Express's name for the age", (folder) => ({ directory: folder, maxAge: 1 }), "OPTION_UNKNOWN"],
];
for (const [name, make, code] of refused) {
  test(`refuses ${name}`, (context) => {
    const input = make(publicFolder(context));
    assert.throws(
      () => parseStaticOptions(input, "hauberk()"),
      (error) => error instanceof ConfigError && error.code === code,
    );
  });
}

const notServed: readonly [name: string, path: string, statuses: readonly number[]][] = [
  ["a dot file", "/.hidden", [404]],
  ["a file in a dot folder", "/.well/x.txt", [404]],
  ["an encoded dot file", "/%2ehidden", [400, 404]],
  ["a parent folder", "/../secret.txt", [400, 404]],
  ["an encoded parent folder", "/%2e%2e/secret.txt", [400, 404]],
  ["an encoded slash", "/..%2fsecret.txt", [400, 404]],
  ["a doubly encoded slash", "/..%252fsecret.txt", [400, 404]],
  ["a backslash", "/..\\secret.txt", [400, 404]],
  ["an encoded backslash", "/..%5csecret.txt", [400, 404]],
  ["a NUL", "/site.css%00.txt", [400, 404]],
  ["a folder", "/images/", [404]],
  ["a folder without its slash, and no redirect to it", "/images", [404]],
  ["the root's index", "/", [404]],
  ["another host's path", "//evil.example/%2e%2e", [400, 404]],
  ["a file with a slash behind it", "/site.css/", [404]],
  ["a file with a semicolon", "/site.css;.html", [404]],
  ["a broken escape", "/%zz", [400]],
];
for (const [name, target, statuses] of notServed) {
  test(`does not serve ${name}`, async (context) => {
    const { ask } = await serveProtected(context, () => undefined, {
      static: { directory: publicFolder(context) },
    });
    const answer = await ask({ path: target });
    assert.ok(statuses.includes(answer.status), String(answer.status));
    assert.ok(!answer.body.includes("SECRET"));
    assert.equal(answer.headers["cache-control"], "no-store");
    assert.equal(answer.headers["x-content-type-options"], "nosniff");
  });
}

test("serves a file without a cookie, for everybody, without a nonce", async (context) => {
  const { ask } = await serveProtected(context, () => undefined, {
    static: { directory: publicFolder(context) },
  });
  const { status, headers, body } = await ask({ path: "/site.css", headers: { Cookie: "__Host-sid=x" } });
  assert.deepEqual([status, body], [200, "body { color: black }"]);
  assert.equal(headers["cache-control"], "public, max-age=3600");
  assert.equal(headers["set-cookie"], undefined);
  assert.doesNotMatch(String(headers["content-security-policy"]), /nonce|strict-dynamic/);
});

test("a page among the files cannot run a script of its own text", async (context) => {
  const { ask } = await serveProtected(context, () => undefined, {
    static: { directory: publicFolder(context) },
  });
  const { headers } = await ask({ path: "/page.html" });
  assert.match(String(headers["content-security-policy"]), /script-src 'self';/);
});

test("POST of a file is not served by the folder", async (context) => {
  const { ask } = await serveProtected(context, () => undefined, {
    static: { directory: publicFolder(context) },
  });
  assert.equal((await ask({ path: "/site.css", method: "POST" })).status, 404);
});

test("the address of an asset names its content and is kept for ever", async (context) => {
  const directory = publicFolder(context);
  const { ask } = await serveProtected(
    context,
    (app) =>
      app.get(
        "/",
        (_req, res) => void res.send((app.locals["asset"] as (name: string) => string)("site.css")),
      ),
    { static: { directory } },
  );
  const { body: url } = await ask();
  assert.match(url, /^\/site\.css\?v=[\w-]{16}$/);
  const { headers, status } = await ask({ path: url });
  assert.equal(status, 200);
  assert.equal(headers["cache-control"], "public, max-age=31536000, immutable");
  const again = await ask({ path: url, headers: { "If-None-Match": String(headers.etag) } });
  assert.deepEqual(
    [again.status, again.headers["cache-control"]],
    [304, "public, max-age=31536000, immutable"],
  );
});

const notForEver: readonly [name: string, query: string][] = [
  ["without a fingerprint", ""],
  ["with a made-up fingerprint", "?v=AAAAAAAAAAAAAAAA"],
  ["with the fingerprint and something else", "?v=FINGERPRINT&x=1"],
  ["with the fingerprint twice", "?v=FINGERPRINT&v=FINGERPRINT"],
  ["with the fingerprint under another name", "?V=FINGERPRINT"],
];
for (const [name, query] of notForEver) {
  test(`a file asked for ${name} is not kept for ever`, async (context) => {
    const directory = publicFolder(context);
    const [, fingerprint = ""] = assetUrl(fingerprintFolder(directory), "site.css").split("=");
    const { ask } = await serveProtected(context, () => undefined, { static: { directory } });
    const { headers } = await ask({ path: `/site.css${query.replaceAll("FINGERPRINT", fingerprint)}` });
    assert.equal(headers["cache-control"], "public, max-age=3600");
  });
}

test("a file that changed after the start is not kept for ever under its old fingerprint", async (context) => {
  const directory = publicFolder(context);
  const { ask } = await serveProtected(context, () => undefined, { static: { directory } });
  const url = assetUrl(fingerprintFolder(directory), "site.css");
  writeFileSync(path.join(directory, "site.css"), "body { color: white }");
  utimesSync(path.join(directory, "site.css"), 1, 1);
  assert.equal((await ask({ path: url })).headers["cache-control"], "public, max-age=3600");
});

test("another content has another fingerprint, the same content the same", (context) => {
  const directory = publicFolder(context);
  const before = fingerprintFolder(directory).get("site.css")?.digest;
  assert.equal(fingerprintFolder(directory).get("site.css")?.digest, before);
  writeFileSync(path.join(directory, "site.css"), "body { color: white }");
  assert.notEqual(fingerprintFolder(directory).get("site.css")?.digest, before);
});

test("dot files, folders and links out of the folder have no fingerprint", (context) => {
  const directory = publicFolder(context);
  symlinkSync("../secret.txt", path.join(directory, "link.txt"));
  assert.deepEqual([...fingerprintFolder(directory).keys()].toSorted(), [
    "images/a b.svg",
    "page.html",
    "site.css",
  ]);
});

test("an asset in a folder is addressed with its slashes and without its spaces", (context) => {
  const assets = fingerprintFolder(publicFolder(context));
  assert.match(assetUrl(assets, "images/a b.svg"), /^\/images\/a%20b\.svg\?v=/);
  assert.equal(assetUrl(assets, "/site.css"), assetUrl(assets, "site.css"));
});

for (const name of ["site.cs", "../secret.txt", "constructor", "", "images"]) {
  test(`an asset called ${JSON.stringify(name)} is a mistake that is told`, (context) => {
    const assets = fingerprintFolder(publicFolder(context));
    assert.throws(() => assetUrl(assets, name), RangeError);
    assert.throws(() => assetIntegrity(assets, name), RangeError);
  });
}

test("templates have what a browser compares a file with", async (context) => {
  const { ask } = await serveProtected(
    context,
    (app) =>
      app.get(
        "/",
        (_req, res) => void res.send((app.locals["integrity"] as (name: string) => string)("/site.css")),
      ),
    { static: { directory: publicFolder(context) } },
  );
  const digest = createHash("sha256").update("body { color: black }").digest("base64");
  assert.equal((await ask()).body, `sha256-${digest}`);
});

test("a misspelt asset is answered with the nearest name", (context) => {
  assert.throws(
    () => assetUrl(fingerprintFolder(publicFolder(context)), "sit.css"),
    /Did you mean "site\.css"/,
  );
});

test("a file that is not among the assets is never kept for ever", () => {
  const sent = { name: "x", query: "v=undefined", size: 1, mtimeMs: 1 };
  assert.equal(isFingerprinted(new Map(), sent), false);
});

test("a static page's own inline script may run where that is wanted, by its hash and without a nonce", async (context) => {
  const directory = publicFolder(context);
  const { ask } = await serveProtected(context, () => undefined, {
    static: { directory, hashInlineHtml: true },
  });
  const policy = async (name: string): Promise<string> =>
    String((await ask({ path: name })).headers["content-security-policy"]);
  const hash = createHash("sha256").update("alert(1)").digest("base64");
  assert.match(await policy("/page.html"), /script-src 'self' 'sha256-/);
  assert.ok((await policy("/page.html")).includes(`'sha256-${hash}'`));
  assert.doesNotMatch(await policy("/page.html"), /nonce|strict-dynamic/);
  assert.doesNotMatch(await policy("/site.css"), /sha256/);
  writeFileSync(path.join(directory, "page.html"), "<script>alert(2)</script><!-- changed -->");
  assert.doesNotMatch(await policy("/page.html"), /sha256/, "what is in it now was not there at start");
});
