// The application the attack tests attack: everything Hauberk does by default, and routes that tell what got through.
// Only the rate limit is off, because hundreds of attacks come from one address here.
import { fileURLToPath } from "node:url";
import express, { type Request, type Response } from "express";
import { hauberk } from "hauberk";
import type { Session } from "hauberk/session";
import { memoryStore } from "hauberk/session/memory";
import { SERVES_WHEN_BUSY } from "../support/patience.ts";

declare module "hauberk/session" {
  interface SessionData {
    userName?: string;
  }
}

const { PORT = "", TLS_CERT: certFile, TLS_KEY: keyFile } = process.env;
const port = Number(PORT);
const tls = certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile };
const scheme = tls === undefined ? "http" : "https";
const app = express();
const secure = hauberk(app, {
  origins: [`${scheme}://127.0.0.1:${port}`, `${scheme}://localhost:${port}`],
  secrets: ["4b1f7a90c2d6e8835d0a9f1b6c7e24d8a3f5"],
  static: { directory: fileURLToPath(new URL("public", import.meta.url)), maxAgeSeconds: 60 },
  session: { store: memoryStore({ maxEntries: 10_000 }) },
  limit: false,
});

/** How many unsafe requests reached a route. */
let reached = 0;

app.get("/", (_req, res) => {
  res.send(`<!doctype html><title>Form</title><form method="post" action="/form">
<input type="hidden" name="_csrf" value="${res.locals.csrftoken}"><button>Send</button></form>`);
});
app.get("/enter", (req, res) => {
  req.session.userName = "Ada";
  res.send("entered");
});
app.get("/whoami", (req, res) => {
  res.json({ userName: nameOf(req.session) });
});
app.get("/where", (req, res) => {
  res.json({ origin: req.canonicalOrigin, scheme: req.scheme, address: req.clientAddress, path: req.path });
});
app.get("/state", (_req, res) => {
  res.json({ reached, prototypeKeys: Object.keys(Object.prototype) });
});
app.get("/boom", () => {
  throw new Error("the secret reason");
});
app.all("/form", receive);

// The tests of CI run as root; what the drop of root is worth is shown by test/privileges.
await secure.listen({
  port,
  host: "127.0.0.1",
  headersTimeoutMs: 1000,
  insecureServeAsRoot: process.getuid?.() === 0,
  ...SERVES_WHEN_BUSY,
  ...(tls === undefined ? {} : { tls }),
});
process.send?.("ready");

function nameOf(session: Session): string | null {
  return session.userName ?? null;
}

function receive(req: Request, res: Response): void {
  reached += 1;
  res.json({ received: (req.body as unknown) ?? null });
}
