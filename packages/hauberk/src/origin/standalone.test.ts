import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import express from "express";
import { origin } from "./index.ts";

test("gives an app that composes its own pipeline the same view of who asked and where", async (context) => {
  const app = express();
  app.use(origin({ origins: ["https://app.example"], proxy: { hops: 1 } }));
  app.get("/", (req, res) => {
    const { clientAddress, scheme, canonicalOrigin, ip, protocol, secure, host, hostname } = req;
    res.json({ clientAddress, scheme, canonicalOrigin, ip, protocol, secure, host, hostname });
  });
  const server = createServer(app).listen(0, "127.0.0.1");
  context.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const headers = {
    "x-forwarded-host": "app.example",
    "x-forwarded-for": "6.6.6.6, 198.51.100.4",
    "x-forwarded-proto": "https",
  };
  const answer = await fetch(`http://127.0.0.1:${port}/`, { headers });
  assert.deepEqual(await answer.json(), {
    clientAddress: "198.51.100.4",
    scheme: "https",
    canonicalOrigin: "https://app.example",
    ip: "198.51.100.4",
    protocol: "https",
    secure: true,
    host: "app.example",
    hostname: "app.example",
  });
});
