import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { test } from "node:test";
import { collectEvents, serveProtected } from "../../test/gate.ts";
import type { OriginFacts } from "./decide.ts";
import { createMismatchReport, proxyMismatch } from "./mismatch.ts";
import { parseOriginOptions, type ProxyDeclaration } from "./options.ts";

const quiet: OriginFacts = {
  method: "GET",
  target: "/",
  hosts: ["app.example"],
  encrypted: true,
  peerAddress: "10.0.0.1",
  forwardedFor: undefined,
  forwardedProto: undefined,
  forwardedHost: undefined,
  forwardedPort: undefined,
  forwarded: undefined,
};

const CASES: readonly [proxy: ProxyDeclaration, facts: Partial<OriginFacts>, want: string | undefined][] = [
  ["none", {}, undefined],
  ["none", { forwardedFor: "1.2.3.4" }, "forwarding-headers-but-no-proxy-declared"],
  ["none", { forwardedProto: "https" }, "forwarding-headers-but-no-proxy-declared"],
  ["none", { forwardedHost: "app.example" }, "forwarding-headers-but-no-proxy-declared"],
  ["none", { forwarded: "for=1.2.3.4" }, "forwarding-headers-but-no-proxy-declared"],
  [{ hops: 1 }, { forwardedFor: "1.2.3.4" }, undefined],
  [{ hops: 1 }, {}, undefined],
  [{ hops: 1 }, { forwarded: "for=1.2.3.4" }, "forwarding-headers-of-the-other-kind"],
  [{ hops: 1, header: "forwarded" }, { forwarded: "for=1.2.3.4" }, undefined],
  [{ hops: 1, header: "forwarded" }, { forwardedFor: "1.2.3.4" }, "forwarding-headers-of-the-other-kind"],
  [{ cidr: ["10.0.0.0/8"] }, { forwardedFor: "1.2.3.4" }, undefined],
  [{ cidr: ["10.0.0.0/8"] }, { peerAddress: "::ffff:10.0.0.1", forwardedFor: "1.2.3.4" }, undefined],
  [{ cidr: ["192.168.0.0/16"] }, { forwardedFor: "1.2.3.4" }, "forwarding-headers-of-an-undeclared-peer"],
  ["loopback", { forwardedFor: "1.2.3.4" }, "forwarding-headers-of-an-undeclared-peer"],
];

for (const [proxy, facts, want] of CASES) {
  test(`with proxy ${JSON.stringify(proxy)}, ${JSON.stringify(facts)} is ${want ?? "no mismatch"}`, () => {
    const policy = parseOriginOptions({ origins: ["https://app.example"], proxy });
    assert.equal(proxyMismatch({ ...quiet, ...facts }, policy), want);
  });
}

test("reports a mismatch once an hour, however often it is sent", (context) => {
  const events = collectEvents(context);
  let now = 0;
  const report = createMismatchReport(() => now);
  const req = new IncomingMessage(new Socket());
  for (let sent = 0; sent < 1000; sent++) report(req, "forwarding-headers-but-no-proxy-declared");
  report(req, "forwarding-headers-of-an-undeclared-peer");
  assert.equal(events.length, 2);
  now = 3_600_000;
  report(req, "forwarding-headers-but-no-proxy-declared");
  assert.equal(events.length, 3);
});

test("serves a request whose forwarding headers it reports", async (context) => {
  const events = collectEvents(context);
  const server = await serveProtected(context, (app) => {
    app.get("/", (req, res) => {
      res.send(req.clientAddress);
    });
  });
  for (let sent = 0; sent < 3; sent++) {
    const answer = await server.send({ headers: { "X-Forwarded-For": "6.6.6.6" } });
    assert.equal(answer.body, "127.0.0.1");
  }
  assert.deepEqual(
    events.map(({ name, because }) => [name, because]),
    [["origin.proxy-mismatch", "forwarding-headers-but-no-proxy-declared"]],
  );
});
