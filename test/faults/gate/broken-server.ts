// The whole toolkit with its defaults in a process of its own: `process.send` gives its port, then, when asked, what it holds after a collection.
import { readdirSync } from "node:fs";
import process from "node:process";
import express from "express";
import { body } from "../../../packages/hauberk/src/body/index.ts";
import { hauberk } from "../../../packages/hauberk/src/hauberk.ts";
import { memoryStore } from "../../../packages/hauberk/src/session/memory.ts";
import { ORIGIN, SECRET } from "../../../packages/hauberk/test/gate.ts";

const [directory = ""] = process.argv.slice(2);
const app = express();
const secure = hauberk(app, {
  origins: [ORIGIN],
  secrets: [SECRET],
  session: { store: memoryStore() },
  insecureHttpCookies: true,
});
const upload = body.multipart({ directory, accept: ["image/png"] });
app.get("/", (_req, res) => void res.send("hello"));
app.post("/files", upload, (req, res) => void res.json(upload.result(req)));
app.post("/form", (req, res) => void res.json(req.body));
const { address } = await secure.listen({ port: 0, handleSignals: false, insecureServeAsRoot: true });
process.send?.({ port: address.port });

process.on("message", () => {
  for (let pass = 0; pass < 3; pass++) globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  process.send?.({
    heapBytes: heapUsed,
    rssBytes: rss,
    resources: process.getActiveResourcesInfo().length,
    descriptors: readdirSync("/proc/self/fd").length,
  });
});
process.on("disconnect", () => process.exit());
