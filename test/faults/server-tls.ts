import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { makeCertificate, startApp, temporaryFolder } from "../../packages/hauberk/test/server/harness.ts";
import { freePort } from "../support/free-port.ts";
import { toolPath } from "../support/system-tool.ts";
import { record } from "./support/report.ts";

test("offers no suite without forward secrecy and no old protocol, as sslscan sees it", async (t) => {
  const port = await freePort();
  const listen = { port, tls: makeCertificate(temporaryFolder(t), "localhost"), user: "nobody" };
  await startApp(t, { listen, origins: [`https://localhost:${port}`] }).listening;
  const scan = spawnSync(toolPath("sslscan"), ["--no-colour", "--no-heartbleed", `localhost:${port}`], {
    encoding: "utf8",
  });
  const suites = [...scan.stdout.matchAll(/^(?:Preferred|Accepted)\s+(TLSv[\d.]+)\s+\d+ bits\s+(\S+)/gm)].map(
    ([, version, suite]) => `${version} ${suite}`,
  );
  const findings = [
    ...scan.stdout.matchAll(/^(.*(?:vulnerable to|Compression enabled|does not support fallback).*)$/gim),
  ]
    .map(([, line = ""]) => line.trim())
    .filter((line) => !/not vulnerable/i.test(line));
  record(
    "sslscan",
    `${suites.length} suites, ${suites.filter(isWeak).length} without forward secrecy, ${findings.length} findings`,
    "no suite without forward secrecy, 0 findings",
  );
  assert.deepEqual(findings, []);
  assert.ok(suites.length >= 5, scan.stdout);
  assert.deepEqual(suites.filter(isWeak), []);
  for (const old of ["SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1"])
    assert.match(scan.stdout, new RegExp(`${old.replace(".", "\\.")}\\s+disabled`));
  assert.match(
    scan.stdout,
    /not vulnerable to session renegotiation|Session renegotiation not supported|Secure session renegotiation/i,
  );
});

function isWeak(suite: string): boolean {
  return !/TLSv1\.3 TLS_|ECDHE-(?:RSA|ECDSA)-(?:AES\d+-GCM|CHACHA20)/.test(suite);
}
