import assert from "node:assert/strict";
import { test } from "node:test";
import { POISONED } from "../../test/poisoned-hosts.ts";
import { hostText, parseHost } from "./host.ts";
import { cpuMillis } from "../../../../test/support/cpu-time.ts";

const HOSTS: readonly [host: string, name: string, port: number | undefined][] = [
  ["app.example", "app.example", undefined],
  ["APP.Example", "app.example", undefined],
  ["app.example:8443", "app.example", 8443],
  ["app.example:1", "app.example", 1],
  ["app.example:65535", "app.example", 65_535],
  ["app.example:0080", "app.example", 80],
  ["localhost", "localhost", undefined],
  ["a", "a", undefined],
  ["xn--bcher-kva.example", "xn--bcher-kva.example", undefined],
  ["my_service.internal", "my_service.internal", undefined],
  ["127.0.0.1", "127.0.0.1", undefined],
  ["255.255.255.255:80", "255.255.255.255", 80],
  ["[::1]", "[::1]", undefined],
  ["[::1]:3000", "[::1]", 3000],
  ["[2001:DB8::1]", "[2001:db8::1]", undefined],
  ["[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]", undefined],
  ["[::ffff:169.254.169.254]", "[::ffff:169.254.169.254]", undefined],
  ["[::]", "[::]", undefined],
  [`${"a".repeat(63)}.example`, `${"a".repeat(63)}.example`, undefined],
];

for (const [host, name, port] of HOSTS) {
  test(`reads the host ${JSON.stringify(host).slice(0, 60)}`, () => {
    assert.deepEqual(parseHost(host), { name, port });
  });
}

for (const [title, host] of POISONED) {
  test(`refuses a host that is ${title}`, () => {
    assert.equal(parseHost(host), undefined);
  });
}

test("leaves the default port of a scheme out, as browsers do", () => {
  assert.equal(hostText({ name: "app.example", port: 443 }, "https"), "app.example");
  assert.equal(hostText({ name: "app.example", port: 80 }, "http"), "app.example");
  assert.equal(hostText({ name: "app.example", port: undefined }, "http"), "app.example");
});

test("keeps the default port of the other scheme", () => {
  assert.equal(hostText({ name: "app.example", port: 80 }, "https"), "app.example:80");
  assert.equal(hostText({ name: "app.example", port: 443 }, "http"), "app.example:443");
});

test("reads 100 KB of hostile host without slowing down", () => {
  for (const hostile of ["a-", ".", "[", ":", "1.", "0", "[1:", "::"]) {
    const spent = cpuMillis(() => parseHost(hostile.repeat(100_000 / hostile.length)));
    assert.ok(spent < 500, hostile);
  }
});
