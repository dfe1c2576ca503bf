import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { connect as connectTcp, type AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import {
  makeCertificate,
  open,
  recordEvents,
  sleep,
  startApp,
  talk,
  temporaryFolder,
} from "../../test/server/harness.ts";
import { freePort } from "../../../../test/support/free-port.ts";
import { PATIENCE } from "../../../../test/support/patience.ts";
import { reloadCertificates } from "./reload.ts";
import { normalizeServerName, ServerNames } from "./server-names.ts";
import { SecureServer, ticketOptions } from "./secure-server.ts";
import { newTicketKeys, rotateTicketKeys } from "./ticket-keys.ts";
import { loadCertificates, secureContextOptions } from "./tls.ts";

const spellings: readonly [name: string, given: unknown, want: string][] = [
  ["reads a host name in upper case", "APP.Example", "app.example"],
  ["reads a host name with a trailing dot", "app.example.", "app.example"],
  ["takes no name for an empty one", undefined, ""],
  ["takes a name that is not text for an empty one", { toString: () => "app.example" }, ""],
];
for (const [name, given, want] of spellings) test(name, () => assert.equal(normalizeServerName(given), want));

test("finds the certificate of a name, however it is asked for", (t) => {
  const folder = temporaryFolder(t);
  const names = new ServerNames();
  const files = [
    makeCertificate(folder, "one.example"),
    makeCertificate(folder, "two.example", { hosts: ["two.example", "*.two.example"] }),
  ];
  names.replace(loadCertificates(files));
  const [first, second] = [names.find("one.example"), names.find("two.example")];
  assert.notEqual(first, second);
  for (const name of ["TWO.EXAMPLE", "two.example.", "a.two.example", "A.Two.Example."])
    assert.equal(names.find(name), second, name);
  // Unknown, hostile and missing names get the first certificate; none of them throws.
  const odd = [
    "",
    "a.b.two.example",
    "*.two.example.evil",
    "constructor",
    "__proto__",
    "\0",
    "x".repeat(300),
    ".",
    "127.0.0.1",
    undefined,
    null,
    7,
    {},
  ];
  for (const name of odd) assert.equal(names.find(name), first, JSON.stringify(name));
});

function handshake(t: TestContext, port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      port,
      host: "127.0.0.1",
      rejectUnauthorized: false,
      servername: "localhost",
      ...options,
    });
    t.after(() => socket.destroy());
    socket.once("secureConnect", () => resolve(socket));
    socket.once("error", reject);
  });
}

function ask(socket: TLSSocket, port?: number): Promise<string> {
  return new Promise((resolve) => {
    socket.once("data", (chunk: Buffer) => resolve(chunk.toString()));
    socket.write(`GET / HTTP/1.1\r\nHost: localhost${port === undefined ? "" : `:${port}`}\r\n\r\n`);
  });
}

const weak: readonly [name: string, options: ConnectionOptions][] = [
  ["refuses TLS 1.1", { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" }],
  ["refuses a suite without forward secrecy", { maxVersion: "TLSv1.2", ciphers: "AES128-GCM-SHA256" }],
  [
    "refuses a suite without authenticated encryption",
    { maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-SHA256" },
  ],
  [
    "refuses a suite without a certificate",
    { maxVersion: "TLSv1.2", ciphers: "ADH-AES128-GCM-SHA256:@SECLEVEL=0" },
  ],
  ["refuses a client that speaks HTTP/2 only", { ALPNProtocols: ["h2"] }],
];

for (const [name, options] of weak) {
  test(name, async (t) => {
    const tls = makeCertificate(temporaryFolder(t), "localhost");
    const server = await open(t, (_req, res) => void res.end("ok"), { tls });
    await assert.rejects(handshake(t, server.port, options));
    assert.match(await ask(await handshake(t, server.port)), /200 OK.*Content|ok/s);
  });
}

test("closes a connection that speaks plain HTTP to the TLS port, and lives on", async (t) => {
  const tls = makeCertificate(temporaryFolder(t), "localhost");
  const server = await open(t, (_req, res) => void res.end("ok"), { tls });
  assert.doesNotMatch(await talk(server.port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), /HTTP\/1/);
  assert.match(await ask(await handshake(t, server.port)), /ok/);
});

test("answers a parser error over TLS with HSTS", async (t) => {
  const tls = makeCertificate(temporaryFolder(t), "localhost");
  const server = await open(t, (_req, res) => void res.end("ok"), { tls });
  const socket = await handshake(t, server.port);
  socket.write("broken\r\n\r\n");
  const [answer] = await new Promise<[Buffer]>((resolve) =>
    socket.once("data", (chunk: Buffer) => resolve([chunk])),
  );
  assert.match(answer.toString(), /^HTTP\/1.1 400 .*Strict-Transport-Security: max-age=63072000/s);
});

test("ends handshakes that never finish, and does not wait for them when it closes", async (t) => {
  const tls = makeCertificate(temporaryFolder(t), "localhost");
  const server = await open(t, (_req, res) => void res.end("ok"), { tls, headersTimeoutMs: 300 });
  const silent = connectTcp(server.port, "127.0.0.1").resume();
  silent.on("error", () => undefined);
  await new Promise((resolve) => {
    silent.once("close", resolve);
  });
  const waits = { headersTimeoutMs: 60_000, requestTimeoutMs: 60_000 };
  const patient = await open(t, (_req, res) => void res.end("ok"), { tls, ...waits });
  const events = recordEvents(t);
  connectTcp(patient.port, "127.0.0.1").on("error", () => undefined);
  // The one before it has been accepted when this one is answered.
  assert.match(await ask(await handshake(t, patient.port)), /ok/);
  await patient.close();
  assert.deepEqual(
    events.map(({ name }) => name),
    ["server.draining"],
    "it waited for its deadline",
  );
});

function serialOf(socket: TLSSocket): string {
  return socket.getPeerX509Certificate()?.serialNumber ?? "none";
}

test("gives new connections the renewed certificate on SIGHUP and lets the old ones go on", async (t) => {
  const folder = temporaryFolder(t);
  const tls = makeCertificate(folder, "localhost");
  const port = await freePort();
  const listen = { port, tls, keepAliveTimeoutMs: 20_000, insecureServeAsRoot: true };
  const app = startApp(t, { listen, origins: [`https://localhost:${port}`] });
  await app.listening;
  const before = await handshake(t, port);
  const oldSerial = serialOf(before);
  const renewed = makeCertificate(temporaryFolder(t), "localhost");
  copyFileSync(renewed.keyFile, tls.keyFile);
  copyFileSync(renewed.certFile, tls.certFile);
  app.child.kill("SIGHUP");
  await app.says("certificate-reloaded");
  assert.match(await ask(before, port), /ok$/);
  const newSerial = serialOf(await handshake(t, port));
  assert.notEqual(newSerial, oldSerial);
  assert.equal(
    newSerial,
    loadCertificates([renewed]).map(({ cert }) => new X509Certificate(cert).serialNumber)[0],
  );
  assert.equal(serialOf(await handshake(t, port, { servername: "" })), newSerial);
});

test("shows each name its own certificate", async (t) => {
  const folder = temporaryFolder(t);
  const tls = [makeCertificate(folder, "one.example"), makeCertificate(folder, "two.example")];
  const server = await open(t, (_req, res) => void res.end("ok"), { tls });
  const subjectOf = async (servername: string): Promise<string | undefined> =>
    (await handshake(t, server.port, { servername })).getPeerX509Certificate()?.subject;
  assert.equal(await subjectOf("one.example"), "CN=one.example");
  assert.equal(await subjectOf("TWO.example"), "CN=two.example");
  assert.equal(await subjectOf("three.example"), "CN=one.example");
});

/** A ticket, and what a server makes of it later. TLS 1.2, where it comes with the handshake. */
const RESUMING = { maxVersion: "TLSv1.2" } as const;

async function isResumed(t: TestContext, port: number, session: Buffer | undefined): Promise<boolean> {
  assert.ok(session !== undefined, "there was no ticket");
  return (await handshake(t, port, { ...RESUMING, session })).isSessionReused();
}

test("resumes a session until the ticket keys are rotated, and never after", async (t) => {
  const [certificate] = loadCertificates([makeCertificate(temporaryFolder(t), "localhost")]);
  assert.ok(certificate !== undefined);
  const names = new ServerNames();
  names.replace([certificate]);
  const material = { first: certificate, names, ticketKeys: newTicketKeys() };
  const server = createServer({
    ...secureContextOptions(certificate),
    ...ticketOptions(material.ticketKeys),
    SNICallback: (name, done) => done(null, names.find(name)),
  });
  t.after(() => server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const secure = new SecureServer(server, material);
  const session = (await handshake(t, port, RESUMING)).getSession();
  assert.equal(await isResumed(t, port, session), true);
  secure.useCertificates([certificate]);
  assert.equal(await isResumed(t, port, session), true, "a renewed certificate does not end sessions");
  let rotated = 0;
  const stop = rotateTicketKeys((keys) => {
    secure.useTicketKeys(keys);
    rotated += 1;
  }, 20);
  await t.waitFor(() => assert.ok(rotated > 1), PATIENCE);
  stop();
  assert.equal(await isResumed(t, port, session), false);
  const later = (await handshake(t, port, RESUMING)).getSession();
  assert.equal(await isResumed(t, port, later), true);
  secure.useCertificates([certificate]);
  assert.equal(await isResumed(t, port, session), false, "the old keys came back");
});

test("resumes a session with any worker, and renews the certificate of all of them without dropping a connection", async (t) => {
  const folder = temporaryFolder(t);
  const tls = makeCertificate(folder, "localhost");
  const port = await freePort();
  const listen = { port, tls, workers: 2, insecureServeAsRoot: true };
  const app = startApp(t, { listen, origins: [`https://localhost:${port}`] });
  await app.listening;
  const kept = await handshake(t, port, RESUMING);
  const session = kept.getSession();
  const resumed = await Promise.all(Array.from({ length: 6 }, () => isResumed(t, port, session)));
  assert.deepEqual(
    resumed,
    Array.from({ length: 6 }, () => true),
  );
  const renewed = makeCertificate(temporaryFolder(t), "localhost");
  copyFileSync(renewed.keyFile, tls.keyFile);
  copyFileSync(renewed.certFile, tls.certFile);
  // Looked at every ten seconds.
  await app.says("certificate-reloaded");
  const wanted = new X509Certificate(readFileSync(renewed.certFile)).serialNumber;
  // The primary tells it before its workers have heard.
  await t.waitFor(async () => {
    const fresh = await Promise.all(Array.from({ length: 6 }, () => handshake(t, port)));
    assert.deepEqual(new Set(fresh.map(serialOf)), new Set([wanted]));
  }, PATIENCE);
  assert.match(await ask(kept, port), /ok$/);
});

test("keeps the certificate in use when the new files are broken, tells it once, and takes the repaired ones", async (t) => {
  const folder = temporaryFolder(t);
  const files = makeCertificate(folder, "localhost");
  const good = readFileSync(files.keyFile);
  const events = recordEvents(t);
  let used = 0;
  const stop = reloadCertificates([files], () => (used += 1), { checkMs: 20, onHangUp: false });
  t.after(stop);
  writeFileSync(files.keyFile, "half a key");
  await t.waitFor(() => assert.ok(events.length > 0), PATIENCE);
  // Looked at some times more.
  await sleep(100);
  assert.deepEqual([used, events.map((event) => event.name)], [0, ["server.certificate-rejected"]]);
  writeFileSync(files.keyFile, good);
  await t.waitFor(() => assert.equal(used, 1), PATIENCE);
});
