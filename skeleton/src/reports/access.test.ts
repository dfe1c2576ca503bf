import assert from "node:assert/strict";
import { test } from "node:test";
import { type ReportsAccess, type ReportsVisitor, decideReportsAccess } from "./access.ts";

const DEVELOPER: ReportsVisitor = {
  origin: "http://localhost:3000",
  clientAddress: "127.0.0.1",
  wasForwarded: false,
  role: undefined,
};
const PUBLIC = { origin: "https://app.example", clientAddress: "203.0.113.9" };

const rows: readonly [name: string, visitor: Partial<ReportsVisitor>, want: ReportsAccess][] = [
  ["a developer on the machine", {}, "open"],
  ["a developer over IPv6", { clientAddress: "::1" }, "open"],
  ["a developer over IPv4 in IPv6", { clientAddress: "::ffff:127.0.0.1" }, "open"],
  ["a developer with an account", { role: "user" }, "open"],
  ["an administrator anywhere", { ...PUBLIC, role: "admin" }, "open"],
  ["a user of the public server", { ...PUBLIC, role: "user" }, "hidden"],
  ["a visitor of the public server", PUBLIC, "log-in"],
  ["somebody on the public server's own machine", { ...PUBLIC, clientAddress: "127.0.0.1" }, "log-in"],
  ["another machine that calls this one localhost", { clientAddress: "192.168.0.7" }, "log-in"],
  ["an address that only begins like this machine's", { clientAddress: "127.0.0.1.evil.example" }, "log-in"],
  ["an address nobody knows", { clientAddress: "" }, "log-in"],
  ["a visitor through a proxy on the machine", { wasForwarded: true }, "log-in"],
  ["a user through a proxy on the machine", { wasForwarded: true, role: "user" }, "hidden"],
  ["a host that only ends like localhost", { origin: "http://notlocalhost:3000" }, "log-in"],
  ["a host that only begins like localhost", { origin: "http://localhost.evil.example" }, "log-in"],
  ["localhost over https, which is a rehearsal of production", { origin: "https://localhost" }, "log-in"],
];
for (const [name, visitor, want] of rows) {
  test(`the reports are ${want} for ${name}`, () => {
    assert.equal(decideReportsAccess({ ...DEVELOPER, ...visitor }, true), want);
  });
}

test("nobody is taken for a developer unless the operator says so: a proxy may tell nothing of itself", () => {
  assert.equal(decideReportsAccess(DEVELOPER, false), "log-in");
  assert.equal(decideReportsAccess({ ...DEVELOPER, role: "user" }, false), "hidden");
  assert.equal(decideReportsAccess({ ...DEVELOPER, role: "admin" }, false), "open");
});
