import assert from "node:assert/strict";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import {
  isClosed,
  makeCertificate,
  makeExpiredCertificate,
  type RunningApp,
  temporaryFolder,
} from "../../test/server/harness.ts";
import { startBundledApp } from "../../test/server/bundled-app.ts";
import { freePort } from "../../../../test/support/free-port.ts";
import { ownMillis, TELL_OWN_TIME } from "../../../../test/support/own-time.ts";

const AS_NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];

/** The longest a start may take to refuse. Half a second of it is the loading of the sources. */
const LIMIT_MS = 2000;

interface Failure {
  readonly listen: Readonly<Record<string, unknown>>;
  readonly code: string;
  readonly wrapper?: readonly string[];
  readonly says?: RegExp;
  readonly proxy?: unknown;
  readonly origins?: readonly string[];
}

/** A start that must not happen: it ends with a code, in the house's words, soon, and nobody listens. */
async function refusesToStart(t: TestContext, failure: Failure): Promise<void> {
  const port = Number(failure.listen["port"] ?? (await freePort()));
  const listen =
    "socketPath" in failure.listen || "socketActivation" in failure.listen
      ? failure.listen
      : { port, ...failure.listen };
  const { wrapper = [], proxy, origins = [`http://localhost:${port}`] } = failure;
  const start = (): RunningApp["ended"] =>
    startBundledApp(t, { listen, proxy, origins }, { wrapper, nodeFlags: [TELL_OWN_TIME] }).ended;
  let ended = await start();
  // A cold disk may make it slow once; a slow start is slow each time.
  for (let again = 0; again < 2 && !(ownMillis(ended.stdout) < LIMIT_MS); again++)
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    ended = await start();
  assert.equal(ended.signal, null);
  assert.notEqual(ended.code, 0);
  assert.match(ended.stderr, new RegExp(`\\[${failure.code}\\] listen\\(\\).+\\n {2}Why: .+\\n {2}Fix: .+`));
  if (failure.says !== undefined) assert.match(ended.stderr, failure.says);
  assert.doesNotMatch(ended.stdout, /listening/);
  const millis = ownMillis(ended.stdout);
  assert.ok(millis < LIMIT_MS, `took ${millis} ms`);
  if (failure.code !== "PORT_IN_USE") assert.ok(await isClosed(port));
}

test("does not start on a port that is taken", async (t) => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  t.after(() => other.close());
  const address = other.address();
  const port = typeof address === "object" ? address?.port : 0;
  await refusesToStart(t, { listen: { port, user: "nobody" }, code: "PORT_IN_USE", says: /ss -ltnp/ });
});

test("does not start on a low port as an ordinary user, and names the four ways", async (t) => {
  const code = "PERMISSION_DENIED";
  // Containers often allow low ports to everybody; a network namespace of its own does not.
  const wrapper = ["unshare", "--net", "--", ...AS_NOBODY];
  await refusesToStart(t, {
    listen: { port: 81 },
    wrapper,
    code,
    says: /sudo.+socketActivation.+authbind.+nginx/s,
  });
});

test("does not start on an address of another machine", async (t) => {
  await refusesToStart(t, { listen: { host: "192.0.2.1", user: "nobody" }, code: "ADDRESS_UNAVAILABLE" });
});

test("does not start on a name that does not exist", async (t) => {
  await refusesToStart(t, {
    listen: { host: "no-such-host.invalid", user: "nobody" },
    code: "ADDRESS_UNAVAILABLE",
  });
});

test("does not serve as root", async (t) => {
  await refusesToStart(t, { listen: {}, code: "RUNNING_AS_ROOT" });
});

for (const user of ["no-such-user", "root", "0", "-u"]) {
  test(`does not start as the user ${user}`, async (t) => {
    await refusesToStart(t, { listen: { user }, code: "USER_UNKNOWN" });
  });
}

for (const group of ["no-such-group", "root", "0"]) {
  test(`does not start with the group ${group}`, async (t) => {
    await refusesToStart(t, { listen: { user: "nobody", group }, code: "USER_UNKNOWN" });
  });
}

test("does not pretend to drop when it is not root", async (t) => {
  await refusesToStart(t, { listen: { user: "nobody" }, wrapper: AS_NOBODY, code: "PRIVILEGES_UNAVAILABLE" });
});

test("does not start when only half of root can be given up", async (t) => {
  // Without CAP_SETUID root may set groups, but cannot become anybody else.
  const wrapper = ["setpriv", "--bounding-set", "-setuid", "--inh-caps", "-setuid"];
  await refusesToStart(t, {
    listen: { user: "nobody" },
    wrapper,
    code: "PRIVILEGES_KEPT",
    says: /uid 65534 was refused/,
  });
});

test("does not start when capabilities would survive the drop", async (t) => {
  const wrapper = ["setpriv", "--securebits", "+no_setuid_fixup"];
  await refusesToStart(t, { listen: { user: "nobody" }, wrapper, code: "PRIVILEGES_KEPT" });
});

const certificates: readonly [
  name: string,
  spoil: (folder: string, t: TestContext) => unknown,
  says: RegExp,
][] = [
  [
    "does not start without the certificate's file",
    (folder) => ({ certFile: join(folder, "missing"), keyFile: join(folder, "missing") }),
    /cannot be read/,
  ],
  [
    "does not start with the key of another certificate",
    (folder) => ({
      ...makeCertificate(folder, "localhost"),
      keyFile: makeCertificate(folder, "other").keyFile,
    }),
    /does not belong/,
  ],
  [
    "does not start with an expired certificate",
    (folder) => makeExpiredCertificate(folder, "localhost"),
    /is valid from/,
  ],
  [
    "does not start with a key a laptop can break",
    (folder) => makeCertificate(folder, "localhost", { rsaBits: 1024 }),
    /1024 bits/,
  ],
  [
    "does not start with a certificate for another host",
    (folder) => makeCertificate(folder, "other.example"),
    /no certificate is for localhost/,
  ],
  [
    "does not start with a certificate that is not PEM",
    (folder) => {
      const files = makeCertificate(folder, "localhost");
      writeFileSync(files.certFile, "not a certificate");
      return files;
    },
    /not PEM/,
  ],
  [
    "does not start with an empty key",
    (folder) => {
      const files = makeCertificate(folder, "localhost");
      writeFileSync(files.keyFile, "");
      return files;
    },
    /not PEM/,
  ],
  [
    "does not start with one good and one missing certificate",
    (folder) => {
      const [good, gone] = [makeCertificate(folder, "localhost"), makeCertificate(folder, "gone.example")];
      rmSync(gone.keyFile);
      return [good, gone];
    },
    /cannot be read/,
  ],
];

for (const [name, spoil, says] of certificates) {
  test(name, async (t) => {
    const port = await freePort();
    const tls = spoil(temporaryFolder(t), t);
    const origins = [`https://localhost:${port}`];
    await refusesToStart(t, {
      listen: { port, user: "nobody", tls },
      origins,
      code: "CERTIFICATE_INVALID",
      says,
    });
  });
}

test("does not start when nobody hands a socket over", async (t) => {
  await refusesToStart(t, { listen: { socketActivation: true, user: "nobody" }, code: "ACTIVATION_MISSING" });
});

test("does not take a Unix-domain socket without a declared proxy", async (t) => {
  const socketPath = join(temporaryFolder(t), "http.sock");
  await refusesToStart(t, { listen: { socketPath, user: "nobody" }, code: "PROXY_UNDECLARED" });
});

test("does not delete a file that stands where its socket should be", async (t) => {
  const socketPath = join(temporaryFolder(t), "precious.txt");
  writeFileSync(socketPath, "precious");
  await refusesToStart(t, {
    listen: { socketPath, user: "nobody" },
    proxy: "loopback",
    code: "ADDRESS_UNAVAILABLE",
  });
});

test("does not start when the plain port is taken, and frees the other one", async (t) => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  t.after(() => other.close());
  const address = other.address();
  const taken = typeof address === "object" ? address?.port : 0;
  const port = await freePort();
  const listen = {
    port,
    user: "nobody",
    tls: makeCertificate(temporaryFolder(t), "localhost"),
    plainHttp: { port: taken },
  };
  await refusesToStart(t, { listen, origins: [`https://localhost:${port}`], code: "PORT_IN_USE" });
  assert.ok(await isClosed(port));
});
