// An application whose pages talk to it by script: a token for every unsafe request, on https and its plain twin.
import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";
import express from "express";
import { hauberk } from "hauberk";
import { csrfToken } from "hauberk/csrf";
import { memoryStore } from "hauberk/session/memory";
import { SERVES_WHEN_BUSY } from "../support/patience.ts";

const {
  PORT = "",
  PLAIN_PORT = "",
  TLS_CERT = "",
  TLS_KEY = "",
  SIGN_IN_ORIGIN = "",
  CSRF_TOKEN,
} = process.env;
const helper = readFileSync(fileURLToPath(import.meta.resolve("hauberk/csrf/browser")), "utf8");
const app = express();
const secure = hauberk(app, {
  origins: [`https://app.test:${PORT}`],
  secrets: ["4b1f7a90c2d6e8835d0a9f1b6c7e24d8a3f5"],
  session: { store: memoryStore({ maxEntries: 1000 }) },
  csrf: { token: CSRF_TOKEN === "always" ? "always" : "fallback", trustedOrigins: [SIGN_IN_ORIGIN] },
});

let accepted = 0;
app.get("/csrf-token", csrfToken());
app.get("/csrf-fetch.js", (_req, res) => {
  res.type("js").send(stripTypeScriptTypes(helper));
});
app.get("/app", (_req, res) => {
  res.send(`<!doctype html><title>App</title><script type="module" nonce="${res.locals.cspNonce}">
import { createCsrfFetch } from "/csrf-fetch.js";
window.send = createCsrfFetch();
</script>`);
});
const field = (token: string): string => `<input type="hidden" name="_csrf" value="${token}">`;
app.get("/form", (_req, res) => {
  res.send(`<!doctype html><title>Form</title>
<form method="post" action="/act">${field(res.locals.csrftoken)}<button>Any</button></form>
<form method="post" action="/act">${field(res.locals.csrftokenFor("/act"))}<button>Own</button></form>
<form method="post" action="/act">${field(res.locals.csrftokenFor("/login"))}<button>Of another form</button></form>
<form method="post" action="/act"><button>None</button></form>`);
});
app.post("/login", async (req, res) => {
  await req.session.login("ada");
  res.send("logged in");
});
app.post("/act", (req, res) => {
  accepted += 1;
  res.send(`accepted ${accepted}, ${req.session.userId ?? "visitor"}`);
});
app.post("/signed-in", (_req, res) => res.send("signed in elsewhere"));
app.get("/", (req, res) => res.send(`home of ${req.session.userId ?? "visitor"} over ${req.scheme}`));

await secure.listen({
  port: Number(PORT),
  host: "127.0.0.1",
  tls: { certFile: TLS_CERT, keyFile: TLS_KEY },
  plainHttp: { port: Number(PLAIN_PORT), host: "127.0.0.1" },
  insecureServeAsRoot: process.getuid?.() === 0,
  ...SERVES_WHEN_BUSY,
});
process.send?.("ready");
