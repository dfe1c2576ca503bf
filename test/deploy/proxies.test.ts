import assert from "node:assert/strict";
import { request as requestPlain } from "node:http";
import { request } from "node:https";
import { test, type TestContext } from "node:test";
import { makeCertificate, startApp, temporaryFolder } from "../../packages/hauberk/test/server/harness.ts";
import { freePort } from "../support/free-port.ts";
import { SERVES_WHEN_BUSY } from "../support/patience.ts";
import { caddyCommand, nginxCommand, type Ports } from "./support/proxy-commands.ts";
import { runProxy } from "./support/proxy-process.ts";

async function startProxy(t: TestContext, commandOf: (ports: Ports) => readonly string[]): Promise<Ports> {
  const folder = temporaryFolder(t);
  const ports = { folder, secure: await freePort(), plain: await freePort(), app: await freePort() };
  makeCertificate(folder, "app.example");
  await runProxy(t, commandOf(ports), ports);
  return ports;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

function ask(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = {
      host: "127.0.0.1",
      localAddress: "127.0.0.66",
      servername: "app.example",
      rejectUnauthorized: false,
    };
    request({ ...options, port, path, method, headers: { Host: "app.example", ...headers } }, (res) => {
      let body = "";
      res.on("data", (chunk: Buffer) => (body += chunk.toString()));
      res.on("end", () => resolve({ status: res.statusCode ?? 0, body, headers: res.headers }));
    })
      .once("error", reject)
      .end();
  });
}

const FORGED = {
  "X-Forwarded-For": "203.0.113.9",
  "X-Forwarded-Proto": "http",
  "X-Forwarded-Host": "evil.example",
  "X-Forwarded-Port": "1",
  "X-Real-IP": "203.0.113.9",
  Forwarded: "for=203.0.113.9;host=evil.example;proto=http",
};

for (const [name, commandOf] of [
  ["nginx", nginxCommand],
  ["Caddy", caddyCommand],
] as const) {
  test(`the application believes ${name} and no client behind it`, async (t) => {
    const { secure, app } = await startProxy(t, commandOf);
    const listen = { port: app, user: "nobody", ...SERVES_WHEN_BUSY };
    await startApp(t, { listen, origins: ["https://app.example"], proxy: "loopback" }).listening;
    const honest = await ask(secure, "/who");
    assert.equal(honest.status, 200, honest.body);
    assert.deepEqual(JSON.parse(honest.body), { address: "127.0.0.66", scheme: "https" });
    const forged = await ask(secure, "/who", FORGED);
    assert.deepEqual(JSON.parse(forged.body), { address: "127.0.0.66", scheme: "https" });
    assert.match(String(forged.headers["strict-transport-security"]), /^max-age=63072000/);
    assert.equal(forged.headers["x-content-type-options"], "nosniff");
  });

  test(`${name} gives no page of ours to a host nobody serves`, async (t) => {
    const { secure, app } = await startProxy(t, commandOf);
    await startApp(t, {
      listen: { port: app, user: "nobody", ...SERVES_WHEN_BUSY },
      origins: ["https://app.example"],
      proxy: "loopback",
    }).listening;
    const answer = await ask(secure, "/", { Host: "evil.example" }).catch(() => undefined);
    assert.notEqual(answer?.body, "ok");
  });

  test(`${name} answers 503 with the headers that matter while the application is away`, async (t) => {
    const { secure } = await startProxy(t, commandOf);
    const away = await ask(secure, "/");
    assert.equal(away.status, 503);
    assert.equal(away.headers["x-content-type-options"], "nosniff");
    assert.match(String(away.headers["content-security-policy"]), /default-src 'none'/);
    assert.match(String(away.headers["strict-transport-security"]), /^max-age=63072000/);
    assert.equal(away.headers["retry-after"], "5");
  });
}

test("nginx redirects pages to https, refuses forms in clear, and answers no other name", async (t) => {
  const { plain } = await startProxy(t, nginxCommand);
  const page = await askPlain(plain, "GET");
  assert.equal(page.status, 308);
  assert.equal(page.headers["location"], "https://app.example/login?next=/");
  assert.equal((await askPlain(plain, "POST")).status, 403);
  await assert.rejects(askPlain(plain, "GET", "evil.example"));
});

function askPlain(
  port: number,
  method: string,
  host = "app.example",
): Promise<Pick<Answer, "status" | "headers">> {
  return new Promise((resolve, reject) => {
    requestPlain(
      { host: "127.0.0.1", port, method, path: "/login?next=/", headers: { Host: host } },
      (res) => {
        res.resume().once("end", () => resolve({ status: res.statusCode ?? 0, headers: res.headers }));
      },
    )
      .once("error", reject)
      .end();
  });
}
