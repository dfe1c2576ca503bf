import assert from "node:assert/strict";
import { createServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { after, describe, it } from "node:test";
import express from "express";
import session from "express-session";
import helmet from "helmet";
import { createCertificate } from "../../../../test/support/certificate.ts";
import { check } from "../check.ts";
import { memoryFiles } from "../files/project-files.ts";
import type { Report } from "../report/finding.ts";

interface CookieFlags {
  readonly secure: boolean;
  readonly sameSite: "lax";
}

const servers: ReturnType<typeof createServer>[] = [];
after(() => {
  for (const server of servers) server.close();
});

function shop(cookie: CookieFlags): express.Express {
  const app = express();
  app.use(helmet());
  app.use(
    session({
      secret: "a-secret-for-this-test-only-0123456789",
      resave: false,
      saveUninitialized: true,
      name: "__Host-sid",
      cookie,
    }),
  );
  app.get("/", (_req, res) => {
    res.send("<p>A shop.</p>");
  });
  return app;
}

async function probed(options: ServerOptions, cookie: CookieFlags, host: string): Promise<Report> {
  const server = createServer(options, shop(cookie));
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return check({
    files: memoryFiles(new Map()),
    source: false,
    live: { url: `https://${host}:${String(port)}` },
    only: ["tls", "headers/hsts", "session/cookie-secure", "headers/none"],
  });
}

const told = (report: Report): readonly string[] => {
  assert.deepEqual(report.notAnalysed, []);
  return report.findings.flatMap((one) => one.evidence.map((evidence) => `${one.rule}: ${evidence.message}`));
};

describe("the live lens over https", () => {
  it("finds nothing in a self-signed server of today", async () => {
    const options = { ...createCertificate(["localhost"]), minVersion: "TLSv1.2" as const };
    assert.deepEqual(told(await probed(options, { secure: true, sameSite: "lax" }, "localhost")), []);
  });

  it("finds an old protocol and a session cookie without Secure", async () => {
    const options = {
      ...createCertificate(["localhost"]),
      minVersion: "TLSv1" as const,
      ciphers: "DEFAULT:@SECLEVEL=0",
    };
    assert.deepEqual(told(await probed(options, { secure: false, sameSite: "lax" }, "localhost")), [
      "session/cookie-secure: Set-Cookie for __Host-sid has no Secure.",
      "tls/weak-options: The server speaks TLSv1.",
    ]);
  });

  it("finds an expired certificate, one of another name, and a key exchange that can be opened later", async () => {
    const options = createCertificate(["app.example"], { kind: "rsa", lastDay: -1 });
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    assert.deepEqual(told(await probed(options, { secure: true, sameSite: "lax" }, "shop.localhost")), [
      `tls/weak-options: The certificate has expired (${yesterday}).`,
      "tls/weak-options: The certificate is for app.example, not for shop.localhost.",
      "tls/weak-options: The server agrees to a key exchange without forward secrecy.",
    ]);
  });

  it("names a server that does not speak TLS", async () => {
    const report = await check({
      files: memoryFiles(new Map()),
      source: false,
      live: { url: await plain() },
    });
    assert.match(report.notAnalysed[0]?.reason ?? "", /does not speak TLS/);
  });
});

async function plain(): Promise<string> {
  const { createServer: createPlain } = await import("node:http");
  const server = createPlain((_req, res) => res.end("hi"));
  after(() => server.close());
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}
