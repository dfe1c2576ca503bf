// A process that takes uploads and JSON: `process.send` gives its port, then, when asked, its memory after a collection.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import express from "express";
import { body } from "../../../packages/hauberk/src/body/index.ts";
import { hauberk } from "../../../packages/hauberk/src/hauberk.ts";
import { memoryStore } from "../../../packages/hauberk/src/session/memory.ts";
import { ORIGIN, SECRET } from "../../../packages/hauberk/test/gate.ts";

const [directory = ""] = process.argv.slice(2);
const app = express();
hauberk(app, {
  origins: [ORIGIN],
  secrets: [SECRET],
  session: { store: memoryStore() },
  limit: false,
  insecureHttpCookies: true,
});
const upload = body.multipart({ directory, accept: ["image/png"] });
app.post("/files", upload, (req, res) => void res.json(upload.result(req)));
app.post("/any", (req, res) => void res.json(req.body));
const server = createServer(app).listen(0, "127.0.0.1", () =>
  process.send?.({ port: (server.address() as AddressInfo).port }),
);
process.on("message", () => {
  // One collection leaves pages of the heap behind that the next ones give back.
  for (let pass = 0; pass < 3; pass++) globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({ rssBytes: rss, heapBytes: heapUsed });
});
process.on("disconnect", () => process.exit());
