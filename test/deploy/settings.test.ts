import assert from "node:assert/strict";
import { once } from "node:events";
import { statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { PATIENCE } from "../support/patience.ts";
import { createCertificate } from "../support/certificate.ts";
import { freePort } from "../support/free-port.ts";
import { scratchFolder, type Cleanup } from "../support/scratch.ts";
import { toolPath } from "../support/system-tool.ts";
import { startSkeletonProcess } from "./support/skeleton-process.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

test("listens on a Unix-domain socket that its group may use and others may not", async (t) => {
  const path = join(scratchFolder(t), "http.sock");
  const settings = {
    SOCKET_PATH: path,
    SOCKET_MODE: "660",
    PROXY: "loopback",
    ORIGIN: "https://app.example",
  };
  await startSkeletonProcess(t, { settings });
  assert.equal(statSync(path).mode & 0o777, 0o660);
  const headers = { host: "app.example", "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9" };
  assert.equal(await statusAt({ socketPath: path, path: "/login", headers }), 200);
  assert.equal(
    await statusAt({ socketPath: path, path: "/login", headers: { ...headers, host: "evil.example" } }),
    421,
  );
});

test("serves on the sockets that systemd opened, and redirects on the second", async (t) => {
  const [secure, plain] = [await freePort(), await freePort()];
  const tls = certificateFiles(t);
  const settings = {
    ...tls,
    SOCKET_ACTIVATION: "true",
    HTTP_PORT: "activated",
    ORIGIN: `https://localhost:${secure}`,
  };
  const tool = toolPath("systemd-socket-activate");
  const wrapper = [
    tool,
    "-l",
    `127.0.0.1:${secure}`,
    "-l",
    `127.0.0.1:${plain}`,
    "--setenv=PATH",
    "--setenv=ORIGIN",
    "--setenv=APP_SECRETS",
    "--setenv=DATA_DIR",
    "--setenv=INSECURE_SERVE_AS_ROOT",
    ...Object.keys(settings).map((name) => `--setenv=${name}`),
  ];
  const starting = startSkeletonProcess(t, { settings, wrapper });
  // systemd starts the service with the first connection.
  const first = await t.waitFor(
    () => statusAt({ port: plain, path: "/login", headers: { host: `localhost:${plain}` } }),
    PATIENCE,
  );
  await starting;
  assert.equal(first, 308);
});

test("answers port 80 with the way to https, and forms not at all", async (t) => {
  const [port, plain] = [await freePort(), await freePort()];
  const settings = { ...certificateFiles(t), HTTP_PORT: String(plain), ORIGIN: `https://localhost:${port}` };
  await startSkeletonProcess(t, { port, settings });
  const headers = { host: "localhost" };
  const answer = await answerAt({ port: plain, path: "/login?a=1", headers });
  assert.deepEqual([answer.status, answer.location], [308, `https://localhost:${port}/login?a=1`]);
  assert.equal(await statusAt({ port: plain, path: "/login", method: "POST", headers }), 403);
});

test("says that it is going before it closes its port, and logs the trace of the caller", async (t) => {
  const server = await startSkeletonProcess(t, { settings: { SHUTDOWN_DELAY_SECONDS: "60" } });
  const traceparent = `00-${TRACE}-${SPAN}-01`;
  assert.equal((await fetch(`${server.origin}/readyz`, { headers: { traceparent } })).status, 200);
  assert.equal(
    (await fetch(`${server.origin}/login`, { headers: { traceparent: `${traceparent}\t` } })).status,
    200,
  );
  server.child.kill("SIGTERM");
  await t.waitFor(async () => assert.equal((await fetch(`${server.origin}/readyz`)).status, 503), PATIENCE);
  assert.equal((await fetch(`${server.origin}/login`)).status, 200);
  // A second one does not wait for that minute.
  server.child.kill("SIGTERM");
  if (server.child.exitCode === null && server.child.signalCode === null) await once(server.child, "exit");
  const line =
    server
      .log()
      .split("\n")
      .find((each) => each.includes('"/readyz"')) ?? "";
  const { traceId, parentId, spanId, requestId } = JSON.parse(line) as Record<string, string>;
  assert.deepEqual([traceId, parentId], [TRACE, SPAN]);
  assert.match(`${spanId} ${requestId}`, /^[0-9a-f]{16} \S{22}$/);
});

test("serves with workers, and one more in reserve", async (t) => {
  const server = await startSkeletonProcess(t, { settings: { WORKERS: "2" } });
  await t.waitFor(() => assert.equal(server.workers().length, 3), PATIENCE);
  assert.equal((await fetch(`${server.origin}/login`)).status, 200);
});

function certificateFiles(t: Cleanup): { TLS_CERT: string; TLS_KEY: string } {
  const folder = scratchFolder(t);
  const { cert, key } = createCertificate(["localhost"]);
  const files = { TLS_CERT: join(folder, "cert.pem"), TLS_KEY: join(folder, "key.pem") };
  writeFileSync(files.TLS_CERT, cert);
  writeFileSync(files.TLS_KEY, key, { mode: 0o600 });
  return files;
}

type Target = {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly method?: string;
} & ({ readonly port: number } | { readonly socketPath: string });

function answerAt(
  target: Target,
): Promise<{ readonly status: number; readonly location: string | undefined }> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", ...target }, (res) => {
      res
        .resume()
        .once("end", () => resolve({ status: res.statusCode ?? 0, location: res.headers.location }));
    })
      .once("error", reject)
      .end();
  });
}

async function statusAt(target: Target): Promise<number> {
  return (await answerAt(target)).status;
}
