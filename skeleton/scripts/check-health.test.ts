import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";

const SCRIPT = new URL("check-health.mjs", import.meta.url).pathname;

const asked: { readonly url: string | undefined; readonly headers: IncomingHttpHeaders }[] = [];
const statuses: Readonly<Record<string, number>> = {
  "/healthz": 200,
  "/readyz": 503,
  "/redirect": 308,
  "/empty": 204,
};
const server = createServer(({ url = "", headers }, res) => {
  asked.push({ url, headers });
  res.writeHead(statuses[url] ?? 404, { Location: "https://elsewhere.example/" }).end();
});
let port = 0;
before(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  ({ port } = server.address() as AddressInfo);
});
after(() => server.close());

function check(path: string, env: NodeJS.ProcessEnv = {}): Promise<number> {
  const settings = { ORIGIN: "https://app.example,https://www.app.example", PORT: String(port), ...env };
  return new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT, path], { env: settings }, (error) =>
      resolve(Number(error?.code ?? 0)),
    );
  });
}

test("asks under the application's own name, as the proxy that ended TLS", async () => {
  assert.equal(await check("healthz"), 0);
  const { url, headers } = asked.at(-1) ?? {};
  assert.equal(url, "/healthz");
  assert.equal(headers?.host, "app.example");
  assert.equal(headers["x-forwarded-proto"], "https");
});

test("says nothing of a proxy to an application without one", async () => {
  assert.equal(await check("healthz", { ORIGIN: "http://localhost:8080" }), 0);
  assert.equal(asked.at(-1)?.headers.host, "localhost:8080");
  assert.equal(asked.at(-1)?.headers["x-forwarded-proto"], undefined);
});

for (const path of ["readyz", "redirect", "empty", "missing"]) {
  test(`takes /${path} for no health: ${statuses[`/${path}`] ?? 404}`, async () => {
    assert.equal(await check(path), 1);
  });
}

test("takes a port nobody listens on for no health", async () => {
  assert.equal(await check("healthz", { PORT: "1" }), 1);
});
