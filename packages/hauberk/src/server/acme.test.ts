import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeCertificate, open, temporaryFolder } from "../../test/server/harness.ts";
import { freePort } from "../../../../test/support/free-port.ts";
import { challengeToken } from "./acme.ts";

const WELL_KNOWN = "/.well-known/acme-challenge/";

const others: readonly [name: string, method: string, target: string][] = [
  ["leaves a POST to the pipeline", "POST", `${WELL_KNOWN}abc`],
  ["leaves the folder itself to the pipeline", "GET", WELL_KNOWN],
  ["finds no way up", "GET", `${WELL_KNOWN}../../etc/passwd`],
  ["finds no encoded way up", "GET", `${WELL_KNOWN}..%2f..%2fetc%2fpasswd`],
  ["finds no file with a dot", "GET", `${WELL_KNOWN}abc.txt`],
  ["finds no hidden file", "GET", `${WELL_KNOWN}.htaccess`],
  ["finds no file below the folder", "GET", `${WELL_KNOWN}a/b`],
  ["takes no query", "GET", `${WELL_KNOWN}abc?x`],
  ["takes no NUL", "GET", `${WELL_KNOWN}abc%00`],
  ["takes no line break after the token", "GET", `${WELL_KNOWN}abc\n`],
  ["takes no token without an end", "GET", WELL_KNOWN + "a".repeat(129)],
  ["takes no other spelling of the path", "GET", "/.Well-Known/acme-challenge/abc"],
  ["takes no absolute form", "GET", `http://evil.example${WELL_KNOWN}abc`],
];

for (const [name, method, target] of others) {
  test(name, () => assert.equal(challengeToken(method, target), undefined));
}

test("reads the token of a challenge", () => {
  assert.equal(challengeToken("GET", `${WELL_KNOWN}AZaz09_-`), "AZaz09_-");
  assert.equal(challengeToken("HEAD", `${WELL_KNOWN}abc`), "abc");
});

test("answers a challenge on the plain port and leaves everything else to the pipeline", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "token-1"), "token-1.thumbprint");
  const plain = await freePort();
  await open(t, (_req, res) => void res.writeHead(308, { Location: "https://localhost/" }).end(), {
    tls: makeCertificate(folder, "localhost"),
    plainHttp: { port: plain, acmeFolder: folder },
  });
  const url = `http://127.0.0.1:${plain}`;
  const found = await fetch(`${url}${WELL_KNOWN}token-1`);
  assert.equal(await found.text(), "token-1.thumbprint");
  assert.equal(found.headers.get("x-content-type-options"), "nosniff");
  assert.equal((await fetch(`${url}${WELL_KNOWN}token-2`)).status, 404);
  assert.equal((await fetch(`${url}/login`, { redirect: "manual" })).status, 308);
});
