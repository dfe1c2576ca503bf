import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { IS_ROOT, NEEDS_ROOT } from "../privileges/root.ts";
import { createCertificate } from "../support/certificate.ts";
import { freePort, isListening } from "../support/free-port.ts";
import { scratchFolder } from "../support/scratch.ts";
import { assertRefusal, assertStartRefused, start } from "./refused-start.ts";

/** As root, the way to serve is to name the user to drop to; otherwise there is nothing to drop. */
const AS_USER = IS_ROOT ? { user: "nobody", group: "nogroup" } : {};
/** Starts the program without root, and without its capabilities, when the tests run as root. */
const UNPRIVILEGED = IS_ROOT ? ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] : [];

test("refuses to start on a port that is taken, and leaves the one who has it alone", async () => {
  const port = await freePort();
  const owner = createServer((socket) => socket.end()).listen(port, "127.0.0.1");
  await once(owner, "listening");
  assertRefusal(await start({ listen: { port, ...AS_USER } }), "PORT_IN_USE");
  assert.equal(await isListening(port), true);
  owner.close();
});

test("refuses workers whose sessions only one of them would know", async () => {
  const port = await freePort();
  assertRefusal(await start({ listen: { port, workers: 2, ...AS_USER } }), "WORKERS_UNSHARED");
});

const addresses: readonly [name: string, listen: Readonly<Record<string, unknown>>][] = [
  ["a port beyond the last", { port: 65_536 }],
  ["a negative port", { port: -1 }],
  ["a port that is no integer", { port: 80.5 }],
  ["a port as text", { port: "3000x" }],
  ["a misspelt option of listen", { prot: 3000 }],
  ["an address of another machine", { host: "192.0.2.1" }],
  ["an address that is none", { host: "999.999.999.999" }],
];

for (const [name, listen] of addresses) {
  test(`refuses to start with ${name}`, async () => {
    await assertStartRefused({ listen: { ...AS_USER, ...listen } }, [
      "OPTION_RANGE",
      "OPTION_TYPE",
      "OPTION_UNKNOWN",
      "PERMISSION_DENIED",
      "ADDRESS_UNAVAILABLE",
    ]);
  });
}

test("refuses to start on a port below 1024 without the right to", async () => {
  await assertStartRefused({ listen: { port: 443 } }, "PERMISSION_DENIED", { wrapper: UNPRIVILEGED });
});

test("refuses to serve as root", { skip: NEEDS_ROOT }, async () => {
  await assertStartRefused({}, "RUNNING_AS_ROOT");
});

const accounts: readonly [
  name: string,
  listen: Readonly<Record<string, unknown>>,
  code: string | readonly string[],
][] = [
  ["a user that does not exist", { user: "no-such-user", group: "nogroup" }, "USER_UNKNOWN"],
  ["a group that does not exist", { user: "nobody", group: "no-such-group" }, "USER_UNKNOWN"],
  [
    "root as the user to drop to",
    { user: "root", group: "nogroup" },
    ["RUNNING_AS_ROOT", "PRIVILEGES_KEPT", "USER_UNKNOWN"],
  ],
  [
    "the number of root as the user to drop to",
    { user: "0", group: "nogroup" },
    ["RUNNING_AS_ROOT", "PRIVILEGES_KEPT", "USER_UNKNOWN"],
  ],
];

for (const [name, listen, code] of accounts) {
  test(`refuses to start with ${name}`, { skip: NEEDS_ROOT }, async () => {
    await assertStartRefused({ listen }, code);
  });
}

test("refuses to change its user when it is not root", async () => {
  const listen = { user: "www-data", group: "www-data" };
  await assertStartRefused({ listen }, ["PRIVILEGES_UNAVAILABLE", "USER_UNKNOWN"], { wrapper: UNPRIVILEGED });
});

/** Writes a certificate and a key, each as told, and gives the `tls` option that names them. */
function tlsFiles(t: TestContext, cert: string, key: string): Readonly<Record<string, string>> {
  const folder = scratchFolder(t);
  const files = { certFile: join(folder, "cert.pem"), keyFile: join(folder, "key.pem") };
  writeFileSync(files.certFile, cert);
  writeFileSync(files.keyFile, key);
  return files;
}

const good = createCertificate(["app.example"]);
const certificates: readonly [name: string, cert: string, key: string][] = [
  ["a certificate that is none", "hello", good.key],
  ["a key that is none", good.cert, "hello"],
  ["an empty certificate", "", good.key],
  ["the key of another certificate", good.cert, createCertificate(["app.example"]).key],
  ["certificate and key the wrong way round", good.key, good.cert],
  ["an expired certificate", createCertificate(["app.example"], { lastDay: -1 }).cert, good.key],
];

for (const [name, cert, key] of certificates) {
  test(`refuses to start with ${name}`, async (t) => {
    await assertStartRefused({ listen: { ...AS_USER, tls: tlsFiles(t, cert, key) } }, "CERTIFICATE_INVALID");
  });
}

test("refuses to start with a certificate that is not there", async () => {
  const tls = { certFile: "/nowhere/cert.pem", keyFile: "/nowhere/key.pem" };
  await assertStartRefused({ listen: { ...AS_USER, tls } }, "CERTIFICATE_INVALID");
});

test("refuses to start with a key it may not read", async (t) => {
  const tls = tlsFiles(t, good.cert, good.key);
  chmodSync(tls["keyFile"] ?? "", 0o000);
  await assertStartRefused({ listen: { tls } }, "CERTIFICATE_INVALID", { wrapper: UNPRIVILEGED });
});
