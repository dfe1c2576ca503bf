import assert from "node:assert/strict";
import test from "node:test";
import express, { type RequestHandler } from "express";
import { serve } from "../../test/served.ts";
import { inOrder } from "./in-order.ts";

const pass =
  (name: string): RequestHandler =>
  (_req, res, next) => {
    res.append("X-Step", name);
    next();
  };
const later: RequestHandler = (_req, _res, next) => void Promise.resolve().then(() => next());
const fails: RequestHandler = () => {
  throw new Error("broken step");
};

/** Also what is no error at all: a function of the application's own, such as `limit: { by }`, may throw anything. */
const throws =
  (reason: unknown): RequestHandler =>
  () => {
    throw reason;
  };
const rejects =
  (reason: unknown): RequestHandler =>
  async () =>
    Promise.reject(reason);

type Row = readonly [
  title: string,
  steps: readonly RequestHandler[],
  status: number,
  walked: string | undefined,
];

const label = (reason: unknown): string => (reason === "" ? '""' : String(reason));
/** What a router takes for no error, or for "leave the rest out": a route would run behind half of the protections. */
const PASSED_OVER = [0, "", false, NaN, "route", "router"];

const rows: readonly Row[] = [
  ["none at all", [], 200, undefined],
  ["each in its turn", [pass("a"), pass("b"), pass("c")], 200, "a, b, c"],
  ["one that passes later", [pass("a"), later, pass("b")], 200, "a, b"],
  ["one that answers", [pass("a"), (_req, res) => void res.sendStatus(429), pass("b")], 429, "a"],
  ["one that refuses", [pass("a"), (_req, _res, next) => next(new Error("refused")), pass("b")], 500, "a"],
  ["one that throws", [pass("a"), fails, pass("b")], 500, "a"],
  ["one that throws once the one before it has waited", [pass("a"), later, fails, pass("b")], 500, "a"],
  ["one that rejects", [pass("a"), async () => Promise.reject(new Error("late")), pass("b")], 500, "a"],
  ...PASSED_OVER.flatMap((reason): Row[] => [
    [`one that refuses with ${label(reason)}`, [(_q, _s, next) => next(reason)], 500, undefined],
    [`one that throws ${label(reason)}`, [throws(reason)], 500, undefined],
    [`one that rejects with ${label(reason)}`, [rejects(reason)], 500, undefined],
  ]),
  ["one that throws undefined", [throws(undefined)], 500, undefined],
  ["one that rejects with null", [rejects(null)], 500, undefined],
  ["one that gives null for no error", [(_req, _res, next) => next(null), pass("b")], 200, "b"],
];

for (const [name, steps, status, walked] of rows) {
  test(`runs ${name}`, async (t) => {
    const app = express();
    app.use(inOrder(...steps));
    app.get("/", (_req, res) => void res.send("end"));
    app.use(((_error, _req, res, _next) => void res.sendStatus(500)) satisfies express.ErrorRequestHandler);
    const answer = await (await serve(t, app)).ask();
    assert.equal(answer.status, status);
    assert.equal(answer.headers["x-step"], walked);
  });
}

test("shows its steps, and lets nobody change them", () => {
  const ordered = inOrder(pass("a"), later);
  assert.deepEqual(
    ordered.stack.map(({ name }) => name),
    ["", "later"],
  );
  const handed = ordered.stack as unknown as { handle: RequestHandler }[];
  assert.throws(() => handed.pop(), TypeError);
  assert.throws(() => Object.assign(handed[0] ?? {}, { handle: later }), TypeError);
  assert.throws(() => Object.assign(ordered, { stack: [] }), TypeError);
});
