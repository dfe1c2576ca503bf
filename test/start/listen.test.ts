import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { IS_ROOT } from "../privileges/root.ts";
import { createCertificate } from "../support/certificate.ts";
import { freePort } from "../support/free-port.ts";
import { scratchFolder } from "../support/scratch.ts";
import { assertRefusal, assertStartRefused, start } from "./refused-start.ts";

// Users, low ports, other people's ports and addresses, and more of certificates: packages/hauberk/src/server/start-failures.test.ts.

/** As root, the way to serve is to name the user to drop to; otherwise there is nothing to drop. */
const AS_USER = IS_ROOT ? { user: "nobody", group: "nogroup" } : {};
/** Starts the program without root, and without its capabilities, when the tests run as root. */
const UNPRIVILEGED = IS_ROOT ? ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] : [];

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
  ["a key that is none", good.cert, "hello"],
  ["an empty certificate", "", good.key],
  ["certificate and key the wrong way round", good.key, good.cert],
];

for (const [name, cert, key] of certificates) {
  test(`refuses to start with ${name}`, async (t) => {
    await assertStartRefused({ listen: { ...AS_USER, tls: tlsFiles(t, cert, key) } }, "CERTIFICATE_INVALID");
  });
}

test("refuses to start with a key it may not read", async (t) => {
  const tls = tlsFiles(t, good.cert, good.key);
  chmodSync(tls["keyFile"] ?? "", 0o000);
  await assertStartRefused({ listen: { tls } }, "CERTIFICATE_INVALID", { wrapper: UNPRIVILEGED });
});
