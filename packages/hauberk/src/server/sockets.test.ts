import assert from "node:assert/strict";
import { chmodSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { makeCertificate, open, temporaryFolder } from "../../test/server/harness.ts";
import { startBundledApp } from "../../test/server/bundled-app.ts";
import { freePort } from "../../../../test/support/free-port.ts";
import { PATIENCE } from "../../../../test/support/patience.ts";
import { toolPath } from "../../../../test/support/system-tool.ts";

const HEADERS = {
  Host: "localhost:3000",
  "X-Forwarded-For": "203.0.113.9, 198.51.100.7",
  "X-Forwarded-Proto": "https",
};

function askSocket(
  socketPath: string,
  path: string,
  headers: Record<string, string> = HEADERS,
): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path, headers }, (res) => {
      let body = "";
      res.on("data", (chunk: Buffer) => (body += chunk.toString()));
      res.on("end", () => resolve(body));
    })
      .once("error", reject)
      .end();
  });
}

test("serves a Unix-domain socket, with its mode and owner, to a proxy that is believed", async (t) => {
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o755);
  const socketPath = join(folder, "http.sock");
  const origins = ["https://localhost:3000", "http://localhost:3000"];
  const app = startBundledApp(t, { listen: { socketPath, user: "nobody" }, proxy: "loopback", origins });
  assert.equal(await app.listening, `unix:${socketPath}`);
  const { mode, uid, gid } = statSync(socketPath);
  assert.deepEqual([mode & 0o777, uid, gid], [0o660, 65_534, 65_534]);
  // The right-most address is what the proxy itself saw; the one before is the client's own invention.
  assert.deepEqual(JSON.parse(await askSocket(socketPath, "/who")), {
    address: "198.51.100.7",
    scheme: "https",
  });
  app.child.kill("SIGTERM");
  assert.equal((await app.ended).code, 0);
});

test("makes the socket for everybody only when told so", async (t) => {
  const socketPath = join(temporaryFolder(t), "http.sock");
  const around = { trust: (): boolean => true };
  await open(t, (_req, res) => void res.end("ok"), { socketPath, socketMode: 0o666 }, around);
  assert.equal(statSync(socketPath).mode & 0o777, 0o666);
  assert.equal(await askSocket(socketPath, "/"), "ok");
});

test("takes over the socket of a process that was killed, and not that of a living one", async (t) => {
  const folder = temporaryFolder(t);
  const listen = { socketPath: join(folder, "http.sock"), insecureServeAsRoot: true };
  const first = startBundledApp(t, { listen, proxy: "loopback" });
  await first.listening;
  const second = await startBundledApp(t, { listen, proxy: "loopback" }).ended;
  assert.match(second.stderr, /\[PORT_IN_USE\]/);
  first.child.kill("SIGKILL");
  await first.ended;
  const third = startBundledApp(t, { listen, proxy: "loopback" });
  assert.match(await third.listening, /^unix:/);
});

test("listens on the socket that systemd opened, as the user it was started as", async (t) => {
  const port = await freePort();
  const wrapper = [
    toolPath("systemd-socket-activate"),
    `--listen=127.0.0.1:${port}`,
    "--setenv=PATH",
    "setpriv",
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
  ];
  const app = startBundledApp(
    t,
    { listen: { socketActivation: true }, origins: [`http://localhost:${port}`] },
    { wrapper },
  );
  // The first connection is what starts the process.
  const body = await t.waitFor(async () => (await fetch(`http://localhost:${port}/who`)).text(), PATIENCE);
  assert.deepEqual(JSON.parse(body), { address: "127.0.0.1", scheme: "http" });
  app.child.kill("SIGTERM");
  assert.equal((await app.ended).code, 0);
});

test("drops root also with a socket that systemd opened", async (t) => {
  const port = await freePort();
  const wrapper = [toolPath("systemd-socket-activate"), `--listen=127.0.0.1:${port}`, "--setenv=PATH"];
  const listen = { socketActivation: true, user: "nobody" };
  startBundledApp(t, { listen, origins: [`http://localhost:${port}`] }, { wrapper });
  const body = await t.waitFor(
    async () => (await fetch(`http://localhost:${port}/privileges`)).text(),
    PATIENCE,
  );
  const probes = JSON.parse(body) as Record<string, string>;
  assert.equal(probes["ids"], "65534 65534 65534");
  assert.deepEqual(
    new Set(Object.entries(probes).flatMap(([name, got]) => (["ids", "pid"].includes(name) ? [] : [got]))),
    new Set(["denied"]),
  );
});

test("binds a low port through authbind as an ordinary user", async (t) => {
  const port = 87;
  const rule = `/etc/authbind/byport/${port}`;
  mkdirSync("/etc/authbind/byport", { recursive: true });
  writeFileSync(rule, "");
  t.after(() => rmSync(rule));
  chmodSync(rule, 0o777);
  const wrapper = ["unshare", "--net", "--", "sh", "-c", 'ip link set lo up; exec "$@"', "sh"];
  const asNobody = [
    "setpriv",
    "--reuid",
    "65534",
    "--regid",
    "65534",
    "--clear-groups",
    toolPath("authbind"),
    "--deep",
  ];
  const app = startBundledApp(t, { listen: { port } }, { wrapper: [...wrapper, ...asNobody] });
  assert.equal(await app.listening, `http://localhost:${port}`);
});

test("redirects the plain port to the canonical origin and refuses what must not be redirected", async (t) => {
  const [port, plain] = [await freePort(), await freePort()];
  const listen = {
    port,
    tls: makeCertificate(temporaryFolder(t), "localhost"),
    plainHttp: { port: plain },
    user: "nobody",
  };
  await startBundledApp(t, { listen, origins: [`https://localhost:${port}`] }).listening;
  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`http://localhost:${plain}${path}`, { redirect: "manual", ...init });
  const page = await ask("/login?next=%2Faccount");
  assert.equal(page.status, 308);
  assert.equal(page.headers.get("location"), `https://localhost:${port}/login?next=%2Faccount`);
  assert.equal((await ask("/login", { method: "POST", body: "a=b" })).status, 403);
  const evil = await fetch(`http://127.0.0.1:${plain}/`, { redirect: "manual" });
  assert.equal(evil.status, 421);
  assert.equal(evil.headers.get("x-content-type-options"), "nosniff");
});
