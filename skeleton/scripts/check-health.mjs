// @ts-check
// Asks the application on this machine how it is, as its proxy would: node scripts/check-health.mjs [healthz | readyz].
// Ends with 0 for 200. A redirect is no health. Reads ORIGIN and PORT; the proxy to be believed is 127.0.0.1 (PROXY).
import { request } from "node:http";

const LIMIT_MS = 3000;

const [, , path = "healthz"] = process.argv;
const { ORIGIN = "http://localhost:3000", PORT = "3000" } = process.env;
const [origin = ""] = ORIGIN.split(",");
const { host, protocol } = new URL(origin.trim());

// Not fetch(): it may not name another host than the one it asks, and 127.0.0.1 is nobody's origin.
request({
  host: "127.0.0.1",
  port: PORT,
  path: `/${path}`,
  timeout: LIMIT_MS,
  headers: { Host: host, ...(protocol === "https:" && { "X-Forwarded-Proto": "https" }) },
})
  .once("response", ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))
  .once("timeout", () => process.exit(1))
  .once("error", () => process.exit(1))
  .end();
