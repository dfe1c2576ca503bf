import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as fc from "fast-check";
import { serveProtected } from "../test/gate.ts";
import { hostileRequest } from "../test/hostile-inputs.ts";
import { body } from "./body/index.ts";

/** `npm run test:fuzz` sends 100,000. */
const REQUESTS = Number(process.env["HAUBERK_FUZZ_REQUESTS"] ?? "500");
const SEED = Number(process.env["HAUBERK_FUZZ_SEED"] ?? "20261123");

test(`answers ${REQUESTS} generated bad requests without a 5xx, without a hang, with the header set`, async (context) => {
  const directory = mkdtempSync(join(tmpdir(), "hauberk-fuzz-"));
  context.after(() => rmSync(directory, { recursive: true }));
  const server = await serveProtected(context, (app) => {
    const upload = body.multipart({ directory, accept: ["image/png"] });
    app.use("/files", upload, (req, res) => void res.json(upload.result(req).fields));
    const typed = body.json();
    app.use("/typed", typed, (req, res) => void res.json(typed.value(req)));
    app.use((req, res) => {
      res.json({ query: req.query, body: req.body as unknown });
    });
  });
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(hostileRequest, async (sent) => {
      const started = performance.now();
      const answer = await server.send(sent);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      assert.ok(answer.status < 500, `${answer.status} ${answer.body}`);
      assert.ok(performance.now() - started < 5000, "took longer than 5 s");
      for (const name of ["content-security-policy", "x-content-type-options", "cache-control"])
        assert.ok(answer.headers[name] !== undefined, `${answer.status} without ${name} ${JSON.stringify(answer)}`);
    }),
    { numRuns: REQUESTS, seed: SEED, endOnFailure: true },
  );
  assert.deepEqual(readdirSync(directory), []);
  context.diagnostic(JSON.stringify(Object.fromEntries([...statuses].toSorted(([a], [b]) => a - b))));
  // A generator that no longer gets past the gate would prove nothing about what is behind it.
  assert.ok((statuses.get(200) ?? 0) > REQUESTS / 20);
});

test("has no prototype that a request could have reached", () => {
  assert.deepEqual(Object.keys(Object.prototype), []);
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
});
