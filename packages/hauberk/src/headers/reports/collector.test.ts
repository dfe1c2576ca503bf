import assert from "node:assert/strict";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { test, type TestContext } from "node:test";
import type { Application } from "express";
import { setTimeout } from "node:timers/promises";
import { collectEvents, serveProtected, type Asked, type Served } from "../../../test/served.ts";
import { memoryStore } from "../../session/memory.ts";
import { csp } from "../route-csp.ts";
import { reportCollector, type ReportCollector } from "./collector.ts";
import { memoryReportStore } from "./memory.ts";
import type { ReportStore } from "./store.ts";
import { PATIENCE } from "../../../../../test/support/patience.ts";

const noop = (): never[] => [];

const NEW = { "Content-Type": "application/reports+json" };
const page = "http://localhost:3000/notes";
const violation = (blockedURL: string, url = page): object => ({
  type: "csp-violation",
  url,
  body: { blockedURL, effectiveDirective: "img-src", disposition: "enforce" },
});
const post = (body: string, more: Asked = {}): Asked => ({
  method: "POST",
  path: "/browser-reports",
  headers: NEW,
  body,
  ...more,
});

function showNonce(app: Application): void {
  app.get("/", (_req, res) => void res.send(res.locals.cspNonce));
}

async function collecting(context: TestContext): Promise<Served & { reports: ReportCollector }> {
  const reports = reportCollector();
  const served = await serveProtected(context, showNonce, {
    headers: { reports, cspCandidate: { remove: { "img-src": ["data:"] } } },
  });
  return { ...served, reports };
}

test("a page says where to report to, in both ways, and reports a stricter policy and Trusted Types on trial", async (context) => {
  const { ask } = await collecting(context);
  const { headers, body: nonce } = await ask({ scheme: "https" });
  assert.equal(headers["reporting-endpoints"], 'default="/browser-reports"');
  assert.equal(headers["cross-origin-opener-policy"], 'same-origin; report-to="default"');
  assert.equal(headers["cross-origin-embedder-policy"], 'require-corp; report-to="default"');
  assert.match(
    String(headers["content-security-policy"]),
    /; report-uri \/browser-reports; report-to default; upgrade-insecure-requests$/,
  );
  const trial = String(headers["content-security-policy-report-only"]);
  assert.match(trial, /img-src 'self';.*require-trusted-types-for 'script'; report-uri/);
  for (const policy of [trial, String(headers["content-security-policy"])])
    assert.ok(policy.includes(`'nonce-${nonce}'`), policy);
});

test("a page over plain http names the old way only: with both, browsers take the new one and send nothing", async (context) => {
  const { ask } = await collecting(context);
  const { headers } = await ask();
  for (const name of ["content-security-policy", "content-security-policy-report-only"])
    assert.match(String(headers[name]), /; report-uri \/browser-reports$/);
  assert.equal(headers["reporting-endpoints"], undefined);
  assert.equal(headers["cross-origin-opener-policy"], "same-origin");
});

test("a violation arrives without session or token, is kept once and proposes the change", async (context) => {
  const { ask, reports } = await collecting(context);
  const events = collectEvents(context);
  for (let round = 0; round < 3; round++) {
    const answer = await ask(post(JSON.stringify([violation("https://cdn.example/a.png?u=1")])));
    assert.deepEqual([answer.status, answer.body, answer.headers["set-cookie"]], [204, "", undefined]);
  }
  assert.deepEqual(
    (await reports.list()).map(({ count, blocked }) => [count, blocked]),
    [[3, "https://cdn.example"]],
  );
  assert.equal(
    (await reports.propose()).diff,
    "- img-src 'self' data:\n+ img-src 'self' data: https://cdn.example",
  );
  assert.deepEqual(
    events.map(({ name, because }) => [name, because]),
    [["browser.reported", "csp-violation img-src https://cdn.example"]],
  );
});

const refused: readonly [name: string, asked: Asked, status: number][] = [
  ["a form", post("a=1", { headers: { "Content-Type": "application/x-www-form-urlencoded" } }), 415],
  [
    "plain JSON, which any page could send",
    post("[]", { headers: { "Content-Type": "application/json" } }),
    415,
  ],
  ["text", post("[]", { headers: { "Content-Type": "text/plain" } }), 415],
  ["no type", post("[]", { headers: {} }), 415],
  ["a body that says it is too large", post("x".repeat(70_000)), 413],
  [
    "a body that only turns out to be too large",
    post("x".repeat(70_000), { headers: { ...NEW, "Transfer-Encoding": "chunked" } }),
    413,
  ],
  ["reading the reports", { path: "/browser-reports" }, 404],
  ["another method", post("[]", { method: "PUT" }), 404],
  ["a path below it", post("[]", { path: "/browser-reports/x" }), 404],
];
for (const [name, asked, status] of refused) {
  test(`the collector does not take ${name}`, async (context) => {
    const { ask, reports } = await collecting(context);
    assert.equal((await ask(asked)).status, status);
    assert.deepEqual(await reports.list(), []);
  });
}

const nothing: readonly [name: string, body: string][] = [
  ["no JSON", "{"],
  ["an empty body", ""],
  ["a page of somebody else", JSON.stringify([violation("https://x.example", "https://evil.example/")])],
  ["deeply nested JSON", "[".repeat(30_000) + "]".repeat(30_000)],
  ["a __proto__ key", '[{"type":"csp-violation","__proto__":{"url":"http://localhost:3000/"}}]'],
];
for (const [name, body] of nothing) {
  test(`the collector answers ${name} as any other body and keeps nothing`, async (context) => {
    const { ask, reports } = await collecting(context);
    assert.equal((await ask(post(body))).status, 204);
    assert.deepEqual(await reports.list(), []);
  });
}

test("2,000 hostile bodies leave the store bounded and the process responsive", async (context) => {
  const { ask, reports } = await collecting(context);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  for (let round = 0; round < 100; round++) {
    const bodies = Array.from({ length: 20 }, (_, index) =>
      JSON.stringify(
        Array.from({ length: 20 }, (__, each) => violation(`https://h${round}-${index}-${each}.example`)),
      ),
    );
    await Promise.all(bodies.map((body) => ask(post(body))));
  }
  delay.disable();
  assert.equal((await reports.list()).length, 50);
  const dropped = (await reports.hours()).reduce((sum, hour) => sum + hour.dropped, 0);
  assert.equal(dropped, 40_000 - 50);
  assert.ok(delay.percentile(99) / 1e6 < 200, `p99 ${delay.percentile(99) / 1e6} ms`);
});

for (const path of [
  "",
  "reports",
  "/a b",
  '/a"',
  "/a;b",
  "/a,b",
  "/../x",
  "/a/./b",
  "/",
  "//evil.example/x",
  "/a?b",
  5,
]) {
  test(`refuses ${JSON.stringify(path)} as the path for reports`, () => {
    assert.throws(() => reportCollector({ path: path as string }), { code: "REPORT_PATH_INVALID" });
  });
}

const noStores: readonly [name: string, store: unknown, code: string][] = [
  ["nothing", null, "OPTION_TYPE"],
  ["a file name", "data/reports.sqlite", "OPTION_TYPE"],
  ["a store of sessions", memoryStore(), "REPORT_STORE_INVALID"],
  ["a store without hours", { add: noop, list: noop, clear: noop }, "REPORT_STORE_INVALID"],
];
for (const [name, store, code] of noStores) {
  test(`refuses ${name} as the store for reports`, () => {
    assert.throws(() => reportCollector({ store: store as ReportStore }), { code });
  });
}

test("keeps what a failing store did not take, says so, and hands it over later", async (context) => {
  const inner = memoryReportStore();
  let isDown = true;
  const store: ReportStore = {
    ...inner,
    add: (batch) => {
      if (isDown) throw new Error("no disk");
      return inner.add(batch);
    },
    list: () => inner.list(),
    hours: () => inner.hours(),
    clear: () => inner.clear(),
  };
  const reports = reportCollector({ store });
  const { ask } = await serveProtected(context, () => undefined, { headers: { reports } });
  const events = collectEvents(context);
  for (let round = 0; round < 2; round++) {
    assert.equal((await ask(post(JSON.stringify([violation("https://cdn.example")])))).status, 204);
    assert.deepEqual(await reports.list(), []);
  }
  isDown = false;
  assert.deepEqual(
    (await reports.list()).map(({ count }) => count),
    [2],
  );
  assert.deepEqual(
    events.map(({ name }) => name),
    ["reports.store-failed", "reports.store-failed", "browser.reported"],
  );
});

test("hands over what waits at the end, and a second after it came without being asked", async (context) => {
  const batches: number[] = [];
  const inner = memoryReportStore();
  const store: ReportStore = {
    add: (batch) => {
      batches.push(batch.reports.length);
      return inner.add(batch);
    },
    list: () => inner.list(),
    hours: () => inner.hours(),
    clear: () => inner.clear(),
    close: () => void batches.push(-1),
  };
  const reports = reportCollector({ store });
  const { ask } = await serveProtected(context, () => undefined, { headers: { reports } });
  await ask(post(JSON.stringify([violation("https://a.example")])));
  assert.deepEqual(batches, [], "one report does not cost the store a write");
  await context.waitFor(() => assert.deepEqual(batches, [1]), PATIENCE);
  await ask(post(JSON.stringify([violation("https://b.example")])));
  await reports.close();
  assert.deepEqual(batches, [1, 1, -1]);
});

test("whoever waits for the reports waits for a batch that somebody else hands over, too", async (context) => {
  const slow = memoryReportStore();
  let closed = false;
  const store: ReportStore = {
    ...slow,
    list: () => slow.list(),
    hours: () => slow.hours(),
    clear: () => slow.clear(),
    add: async (batch) => {
      await setTimeout(30);
      assert.equal(closed, false, "the store was closed with a batch on its way");
      return slow.add(batch);
    },
    close: () => void (closed = true),
  };
  const reports = reportCollector({ store });
  const { ask } = await serveProtected(context, noop, { headers: { reports } });
  await ask(post(JSON.stringify([violation("https://a.example/1.png")])));
  const first = reports.list();
  await ask(post(JSON.stringify([violation("https://b.example/1.png")])));
  const [, second] = await Promise.all([first, reports.list(), reports.close()]);
  assert.equal(second.length, 2);
});

test("a route with a policy of its own is on trial with its own changes", async (context) => {
  const { ask } = await serveProtected(
    context,
    (app) => {
      app.get(
        "/pay",
        csp({ add: { "frame-src": ["https://pay.example"] }, remove: { "img-src": ["data:"] } }),
        (_req, res) => void res.send("<p>"),
      );
    },
    { headers: { reports: reportCollector(), cspCandidate: { remove: { "img-src": ["data:"] } } } },
  );
  const trial = String((await ask({ path: "/pay" })).headers["content-security-policy-report-only"]);
  assert.match(trial, /img-src 'self';.*frame-src 'self' https:\/\/pay\.example/);
});

test("refuses a candidate policy that nobody would hear of", async (context) => {
  await assert.rejects(
    async () => serveProtected(context, () => undefined, { headers: { cspCandidate: {} } }),
    { code: "CSP_INVALID" },
  );
});

test("refuses something else than a collector", async (context) => {
  const reports = true as unknown as ReportCollector;
  await assert.rejects(async () => serveProtected(context, () => undefined, { headers: { reports } }), {
    code: "OPTION_TYPE",
  });
});

test("a page with more violations than a visitor may make requests does not lock its visitor out", async (context) => {
  const reports = reportCollector();
  const events = collectEvents(context);
  const limit = { limit: 5, windowSeconds: 3600 };
  const { ask } = await serveProtected(context, showNonce, { headers: { reports }, limit });
  const statuses: number[] = [];
  for (let round = 0; round < 7; round++)
    statuses.push((await ask(post(JSON.stringify([violation("https://cdn.example/a.png")])))).status);
  assert.deepEqual(statuses, [204, 204, 204, 204, 204, 429, 429], "reports have a limit of the same size");
  assert.equal((await ask()).status, 200, "and it is not the visitor's");
  assert.equal((await reports.list())[0]?.count, 5);
  const limited = events.filter(({ name }) => name === "limit.refused");
  assert.deepEqual(new Set(limited.map(({ because }) => because)), new Set(["browser-reports"]));
});

test("a visitor who made all requests he may still reports", async (context) => {
  const reports = reportCollector();
  const limit = { limit: 1, windowSeconds: 3600 };
  const { ask } = await serveProtected(context, showNonce, { headers: { reports }, limit });
  assert.deepEqual([(await ask()).status, (await ask()).status], [200, 429]);
  assert.equal((await ask(post("[]"))).status, 204);
});

test("reports are counted by address whoever the requests are counted by", async (context) => {
  const reports = reportCollector();
  const limit = { limit: 1, windowSeconds: 3600, by: () => undefined, cost: () => 1 } as const;
  const { ask } = await serveProtected(context, showNonce, { headers: { reports }, limit });
  assert.deepEqual([(await ask(post("[]"))).status, (await ask(post("[]"))).status], [204, 429]);
  const elsewhere = { headers: { ...NEW, "X-Forwarded-For": "203.0.113.77" } };
  assert.equal((await ask(post("[]", elsewhere))).status, 204);
});
