import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { emitEvent, type SecurityEvent } from "hauberk/events";
import { createLogger } from "../logging/logger.ts";
import { type RunningApp, startApp } from "../test-support/running-app.ts";
import { boundedLabel, methodLabel, routeLabel, statusLabel } from "./labels.ts";
import { type MetricsPlace, decideMetricsAnswer, serveMetrics } from "./listener.ts";
import { type Metrics, createMetrics } from "./metrics.ts";

let running: RunningApp;
let metrics: Metrics;
before(async () => {
  metrics = createMetrics();
  running = await startApp(undefined, { metrics });
});
after(() => running.close());

const LABELS: readonly [name: string, label: string, want: string][] = [
  ["a method", methodLabel("GET"), "GET"],
  ["a method nobody knows", methodLabel("AAAAAAAA"), "other"],
  ["a method in small letters", methodLabel("get"), "other"],
  ["a status", statusLabel(404), "4xx"],
  ["no status", statusLabel(0), "other"],
  ["a status that is none", statusLabel(Number.NaN), "other"],
  ["a status beyond all", statusLabel(1000), "other"],
  ["a route", routeLabel({ path: "/notes/:id" }), "/notes/:id"],
  ["no route", routeLabel(undefined), "none"],
  ["a route of several patterns", routeLabel({ path: ["/a", "/b"] }), "none"],
  ["a route that is an expression", routeLabel({ path: /./ }), "none"],
];

for (const [name, label, want] of LABELS) {
  test(`labels ${name} with ${want}`, () => {
    assert.equal(label, want);
  });
}

test("lets a label have so many values and no more", () => {
  const bounded = boundedLabel(2);
  assert.deepEqual(["a", "b", "c", "a", "x".repeat(5000)].map(bounded), ["a", "b", "other", "a", "other"]);
});

async function seriesOf(name: string): Promise<string[]> {
  const lines = (await metrics.registry.metrics()).split("\n");
  return lines.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

test("counts requests by the pattern of their route", async (t) => {
  const visitor = await running.user("metrics@example.com");
  const { location } = await visitor.submit("/notes/new", "/notes", { title: "t", body: "b" });
  await visitor.get(location ?? "");
  // The client has the answer a moment before the server has closed the exchange.
  await t.waitFor(async () => {
    const text = (await seriesOf("http_request_duration_seconds_count")).join("\n");
    assert.match(text, /\{method="GET",route="\/notes\/:id",status="2xx"\} 1$/m);
    assert.match(text, /\{method="POST",route="\/notes",status="3xx"\} 1$/m);
  });
});

test("hostile paths, methods, hosts and headers make no new series", async () => {
  await Promise.all(attacks(0));
  await sleep(200);
  const known = (await metrics.registry.metrics()).split("\n").length;
  for (let index = 1; index <= 40; index += 1) await Promise.all(attacks(index));
  await sleep(200);
  assert.equal((await metrics.registry.metrics()).split("\n").length, known);
});

test("counts security events by name and code", async () => {
  await send("/", "GET", { host: "evil.example" });
  const [line = ""] = (await seriesOf("security_events_total")).filter((each) =>
    each.includes("origin.refused"),
  );
  assert.match(line, /^security_events_total\{event="origin\.refused",code="[A-Z_]+"\} [1-9]/);
});

test("shows that the session store is away, and that it is back", async () => {
  const values: (string | undefined)[] = [];
  for (const name of ["session.store-failed", "session.store-recovered"] satisfies SecurityEvent["name"][]) {
    emitEvent(name, {});
    values.push((await seriesOf("session_store_up"))[0]);
  }
  assert.deepEqual(values, ["session_store_up 0", "session_store_up 1"]);
});

test("shows how late the event loop was", async () => {
  await sleep(60);
  const until = performance.now() + 150;
  while (performance.now() < until);
  await sleep(60);
  const [worst = ""] = (await seriesOf("event_loop_delay_seconds")).filter((each) => each.includes('"100"'));
  assert.ok(Number(worst.split(" ")[1]) >= 0.1, worst);
});

const LOCAL: MetricsPlace = { port: 9464, host: "127.0.0.1", isPublic: false };
const ANSWERS: readonly [
  name: string,
  facts: { method?: string; url?: string; host?: string },
  status: number,
][] = [
  ["the metrics to this machine", { host: "127.0.0.1:9464" }, 200],
  ["the metrics to this machine by name", { host: "localhost:9464" }, 200],
  ["the metrics to this machine in IPv6", { host: "[::1]:9464" }, 200],
  ["nothing to a name that was made to lead here", { host: "evil.example:9464" }, 421],
  ["nothing to a name that begins like this machine's", { host: "localhost.evil.example" }, 421],
  ["nothing without a host", { host: "" }, 421],
  ["nothing to a form", { method: "POST" }, 405],
  ["nothing elsewhere", { url: "/" }, 404],
  ["nothing at a path that looks similar", { url: "/metrics/" }, 404],
  ["nothing with a query", { url: "/metrics?x" }, 404],
  ["nothing to an absolute address", { url: "http://127.0.0.1/metrics" }, 404],
];

for (const [name, facts, status] of ANSWERS) {
  test(`the metrics' port answers ${name}`, () => {
    const asked = { method: "GET", url: "/metrics", host: "127.0.0.1", ...facts };
    assert.equal(decideMetricsAnswer(asked, LOCAL), status);
  });
}

test("asks for no name where others were let in on purpose", () => {
  const facts = { method: "GET", url: "/metrics", host: "app:9464" };
  assert.equal(decideMetricsAnswer(facts, { ...LOCAL, isPublic: true }), 200);
});

test("serves the metrics on their own port and nowhere else", async (t) => {
  const source = { contentType: metrics.registry.contentType, text: () => metrics.registry.metrics() };
  const server = await serveMetrics({ ...LOCAL, port: 0 }, source, createLogger("silent"));
  t.after(() => server.close());
  const { port, address } = server.address() as AddressInfo;
  assert.equal(address, "127.0.0.1");
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  assert.match(answer.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  assert.match(await answer.text(), /^# HELP/m);
  assert.equal((await running.visitor().get("/metrics")).status, 404);
});

test("does not start on a port somebody else has, and says so", async (t) => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  t.after(() => other.close());
  const { port } = other.address() as AddressInfo;
  const source = { contentType: "", text: () => Promise.resolve("") };
  await assert.rejects(
    serveMetrics({ ...LOCAL, port }, source, createLogger("silent")),
    /\[METRICS_UNAVAILABLE\]/,
  );
});

function attacks(index: number): Promise<number>[] {
  return [
    send(`/nothing-${index}?x=${index}`, "GET"),
    send(`/..%2f${index}`, "GET"),
    send(`/%zz${index}`, "GET"),
    send("/nothing", "PROPFIND", { "x-method": `M${index}` }),
    send("/", "GET", { host: `evil${index}.example`, traceparent: `00-${index}` }),
  ];
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Sends what `fetch` would not: any Host header, any path. */
function send(path: string, method: string, headers: Record<string, string> = {}): Promise<number> {
  const { port, host } = new URL(running.origin);
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, method, headers: { host, ...headers } }, (res) => {
      res.resume().once("close", () => resolve(res.statusCode ?? 0));
    })
      .once("error", reject)
      .end();
  });
}
