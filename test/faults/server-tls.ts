import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { connect as connectTcp, type Socket } from "node:net";
import { test } from "node:test";
import {
  freePort,
  makeCertificate,
  sleep,
  startApp,
  temporaryFolder,
} from "../../packages/hauberk/test/server/harness.ts";
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
  record("sslscan", `${suites.length} suites, ${suites.filter(isWeak).length} without forward secrecy`, "0");
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

test("serves others during 1,000 handshakes that never begin, and closes those", async (t) => {
  const port = await freePort();
  const listen = {
    port,
    tls: makeCertificate(temporaryFolder(t), "localhost"),
    user: "nobody",
    headersTimeoutMs: 5000,
  };
  await startApp(t, { listen, origins: [`https://localhost:${port}`] }).listening;
  const sockets: Socket[] = [];
  for (let host = 1; host <= 10; host++) {
    for (let count = 0; count < 100; count++) {
      const socket = connectTcp({ port, host: "127.0.0.1", localAddress: `127.0.2.${host}` }).resume();
      sockets.push(socket.on("error", () => undefined));
    }
    // oxlint-disable-next-line no-await-in-loop -- a thousand in a second
    await sleep(50);
  }
  let worst = 0;
  for (let probe = 0; probe < 20; probe++) {
    const startedAt = performance.now();
    const { status } = spawnSync("curl", ["-sk", "-o", "/dev/null", "-m", "5", `https://localhost:${port}/`]);
    worst = Math.max(worst, performance.now() - startedAt);
    assert.equal(status, 0);
  }
  await sleep(7000);
  const open = sockets.filter((socket) => !socket.destroyed && !socket.readableEnded).length;
  record(
    "1,000 half-open TLS connections",
    `slowest probe ${Math.round(worst)} ms, ${open} open after 7 s`,
    "< 1 s; 0 open",
  );
  assert.equal(open, 0);
  assert.ok(worst < 1000);
});
