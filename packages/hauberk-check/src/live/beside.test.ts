import assert from "node:assert/strict";
import test, { before, describe, it } from "node:test";
import { freePort } from "../../../../test/support/free-port.ts";
import { project } from "../../test/kit/project.ts";
import { check } from "../check.ts";
import type { Report } from "../report/finding.ts";
import { tellsSchema } from "./probes/graphql.ts";
import { isWrapped } from "./probes/jsonp.ts";
import { decideSocket, type SocketVerdict } from "./sockets.ts";

const HANDSHAKES: readonly [
  own: number | undefined,
  foreign: number | undefined,
  bare: number | undefined,
  want: SocketVerdict,
][] = [
  [101, 101, 401, "open"],
  [101, 101, undefined, "open"],
  [101, 101, 101, "public"],
  [101, 403, 403, "checked"],
  [101, undefined, undefined, "checked"],
  [404, 404, 404, "none"],
  [200, 200, 200, "none"],
  [401, 101, 101, "none"],
  [undefined, undefined, undefined, "none"],
];
for (const [own, foreign, bare, want] of HANDSHAKES)
  test(`handshakes answered ${String(own)}, ${String(foreign)} and ${String(bare)} are ${want}`, () => {
    assert.equal(decideSocket({ own, foreign, bare }), want);
  });

const SCHEMAS: readonly [body: string, tells: boolean][] = [
  ['{"data":{"__schema":{"queryType":{"name":"Query"}}}}', true],
  ['{ "data": { "__schema": { "queryType": { "name": "Query" } } } }', true],
  ['{"query":"{ __schema { queryType { name } } }"}', false],
  ['{"errors":[{"message":"GraphQL introspection is not allowed: \\"__schema\\""}]}', false],
  ['{"data":{"__schema":null}}', false],
  ["<!doctype html><title>__schema</title>", false],
];
for (const [body, tells] of SCHEMAS)
  test(`${tells ? "the schema" : "no schema"} in ${body}`, () => {
    assert.equal(tellsSchema(body), tells);
  });

const WRAPPED: readonly [type: string, body: string, is: boolean][] = [
  ["text/javascript", "/**/ typeof hauberkCheck === 'function' && hauberkCheck({});", true],
  ["application/javascript; charset=utf-8", "hauberkCheck([1])", true],
  ["application/json", '{"callback":"hauberkCheck("}', false],
  ["text/html", "hauberkCheck(", false],
  ["text/javascript", "callback({})", false],
];
for (const [type, body, is] of WRAPPED)
  test(`${is ? "a call" : "no call"} in ${type}: ${body}`, () => {
    assert.equal(isWrapped({ headers: new Map([["content-type", type]]), body }), is);
  });

/** `OPEN` answers everybody; `KEPT` is the same app with what it shows kept to itself. */
const app = (kept: boolean): string => `
const { createServer } = require("node:http");
const { createHash } = require("node:crypto");
const express = require("express");
const session = require("express-session");
const app = express();
app.disable("x-powered-by");
app.use(session({ secret: "a-secret-only-this-test-has-ever-seen", resave: false, saveUninitialized: true }));
app.get("/", (req, res) => {
  res.cookie("accessToken", "abc", { httpOnly: ${String(kept)} });
  res.send('<script>fetch("/api/me"); fetch("/graphql", { method: "POST" }); new WebSocket("ws://" + location.host + "/feed")</script>');
});
app.get("/api/me", (req, res) => res.${kept ? "json" : "jsonp"}({ name: "ann" }));
app.get("/metrics", (req, res) => res.type("text").send("# HELP up whether\\nup 1\\n"));
app.get("/env", (req, res) => res.json(process.env));
app.get("/docs/", (req, res) => res.send('<!doctype html><div id="swagger-ui"></div>'));
app.post("/graphql", express.json(), (req, res) => res.json({ data: { __schema: { queryType: { name: "Query" } } } }));
const server = createServer(${kept ? "(req, res) => /^\\/(?:metrics|env|docs|graphql)/.test(req.url) ? res.writeHead(404).end() : app(req, res)" : "app"});
server.on("upgrade", (req, socket) => {
  const no = (status) => socket.end("HTTP/1.1 " + status + " No\\r\\nConnection: close\\r\\n\\r\\n");
  if (req.url !== "/feed") return no(404);
  if (!/connect.sid/.test(req.headers.cookie ?? "")) return no(401);
  if (${String(kept)} && req.headers.origin !== "http://" + req.headers.host) return no(403);
  const accept = createHash("sha1").update(req.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest("base64");
  socket.write("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: " + accept + "\\r\\n\\r\\n");
});
server.listen(process.env.PORT, "127.0.0.1", () => console.log("listening on port " + process.env.PORT));
`;

const RULES = [
  "cookie/response-flags",
  "debug/endpoint",
  "graphql/introspection",
  "jsonp/enabled",
  "ws/origin-unchecked",
];

for (const kept of [false, true])
  describe(`an app that ${kept ? "keeps its inside to itself" : "shows its inside"}`, () => {
    let report: Report;
    before(async () => {
      using made = project(5, { "app.cjs": app(kept) });
      const port = String(await freePort());
      report = await check({
        folder: made.root,
        source: false,
        live: {
          start: `PORT=${port} "${process.execPath}" app.cjs`,
          url: `http://127.0.0.1:${port}`,
          folder: made.root,
        },
      });
    });
    for (const id of RULES)
      it(`${kept ? "is clean of" : "shows"} ${id}`, () => {
        assert.deepEqual(report.notAnalysed, []);
        const found = report.findings.filter((one) => one.rule === id);
        assert.equal(found.length > 0, !kept, JSON.stringify(found));
      });
    it("says nothing of values", () => {
      assert.doesNotMatch(JSON.stringify(report), /NODE_TEST_CONTEXT|\/bin:/);
    });
  });
