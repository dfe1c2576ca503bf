import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, IncomingMessage } from "node:http";
import { connect, type AddressInfo, Socket } from "node:net";
import { test } from "node:test";
import { parseTraceparent, traceHeaders, traceOf } from "./index.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

const ACCEPTED: readonly [name: string, header: string, sampled: boolean][] = [
  ["the example of the specification", `00-${TRACE}-${SPAN}-01`, true],
  ["a trace nobody records", `00-${TRACE}-${SPAN}-00`, false],
  ["flags of a later level, of which one is known", `00-${TRACE}-${SPAN}-ff`, true],
  ["a later version with the same four fields", `01-${TRACE}-${SPAN}-01`, true],
  ["a later version with fields nobody knows yet", `cc-${TRACE}-${SPAN}-01-what-the-future-will-be`, true],
];

for (const [name, header, sampled] of ACCEPTED) {
  test(`takes ${name}`, () => {
    assert.deepEqual(parseTraceparent(header), { traceId: TRACE, spanId: SPAN, sampled });
  });
}

const REPLACED: readonly [name: string, header: unknown][] = [
  ["nothing", undefined],
  ["an empty text", ""],
  ["a list of headers", [`00-${TRACE}-${SPAN}-01`]],
  ["two headers, as Node joins them", `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
  ["a trace id of zeros", `00-${"0".repeat(32)}-${SPAN}-01`],
  ["a span id of zeros", `00-${TRACE}-${"0".repeat(16)}-01`],
  ["the forbidden version", `ff-${TRACE}-${SPAN}-01`],
  ["capitals", `00-${TRACE.toUpperCase()}-${SPAN}-01`],
  ["a version in capitals", `0A-${TRACE}-${SPAN}-01`],
  ["a trace id that is too short", `00-${TRACE.slice(1)}-${SPAN}-01`],
  ["a trace id that is too long", `00-${TRACE}0-${SPAN}-01`],
  ["a digit that is none", `00-${TRACE.replace("0", "g")}-${SPAN}-01`],
  ["flags of one digit", `00-${TRACE}-${SPAN}-1`],
  ["no flags", `00-${TRACE}-${SPAN}`],
  ["a fifth field of version 00", `00-${TRACE}-${SPAN}-01-extra`],
  ["a dash at the end of version 00", `00-${TRACE}-${SPAN}-01-`],
  ["a later version without a dash before what is new", `01-${TRACE}-${SPAN}-01.more`],
  ["a space in front", ` 00-${TRACE}-${SPAN}-01`],
  ["a space behind", `00-${TRACE}-${SPAN}-01 `],
  ["a line feed behind", `00-${TRACE}-${SPAN}-01\n`],
  ["a forged log line", `cc-${TRACE}-${SPAN}-01-x\r\n{"level":"fatal"}`],
  ["a terminal's escape", `cc-${TRACE}-${SPAN}-01-\u001b[31m`],
  ["digits of another script", `00-${TRACE.replace("0", "\u0660")}-${SPAN}-01`],
  ["megabytes", `cc-${TRACE}-${SPAN}-01-${"x".repeat(1_000_000)}`],
  ["SQL", "' OR 1=1 --"],
  ["markup", "<script>alert(1)</script>"],
];

for (const [name, header] of REPLACED) {
  test(`begins a new trace for ${name}`, () => {
    assert.equal(parseTraceparent(header), undefined);
    const trace = traceOf(requestWith(header));
    assert.match(trace.traceId, /^[0-9a-f]{32}$/);
    assert.notEqual(trace.traceId, TRACE);
    assert.deepEqual([trace.parentId, trace.sampled], [undefined, false]);
  });
}

test("goes on with the caller's trace under a step of its own, and hands that on", () => {
  const req = requestWith(`00-${TRACE}-${SPAN}-01`);
  const trace = traceOf(req);
  assert.equal(trace.traceId, TRACE);
  assert.equal(trace.parentId, SPAN);
  assert.notEqual(trace.spanId, SPAN);
  assert.equal(traceOf(req), trace);
  assert.deepEqual(traceHeaders(req), { traceparent: `00-${TRACE}-${trace.spanId}-01` });
});

test("hands on nothing of what a later version added", () => {
  const { traceparent } = traceHeaders(requestWith(`cc-${TRACE}-${SPAN}-ff-secret`));
  assert.match(traceparent, new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
});

test("gives two requests two traces", () => {
  assert.notEqual(traceOf(requestWith(undefined)).traceId, traceOf(requestWith(undefined)).traceId);
});

test("takes one header from a socket, and none when it was sent twice", async (t) => {
  const server = createServer((req, res) => res.end(traceHeaders(req).traceparent)).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const line = `traceparent: 00-${TRACE}-${SPAN}-01\r\n`;
  assert.match(await ask(port, line), new RegExp(`00-${TRACE}-`));
  assert.doesNotMatch(await ask(port, line + line), new RegExp(TRACE));
});

async function ask(port: number, headers: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n`);
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  return text;
}

function requestWith(header: unknown): IncomingMessage {
  const req = new IncomingMessage(new Socket());
  if (header !== undefined) req.headers["traceparent"] = header as string;
  return req;
}
