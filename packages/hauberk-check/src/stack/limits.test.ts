import assert from "node:assert/strict";
import { describe, it } from "node:test";
import express from "express";
import { project } from "../../test/kit/project.ts";
import { check } from "../check.ts";
import { readAtHand } from "./at-hand.ts";
import { limitsRequests } from "./child/limits.ts";

const APP = `const express = require("express");
const door = require("slow-door");
const app = module.exports = express();
app.use(door());
app.post("/login", (req, res) => res.send("in"));
`;

/** A package nobody has heard of; \`body\` is what its middleware does with each request. */
const slowDoor = (body: string): string => `module.exports = () => {
  const seen = new Map();
  return function door(req, res, next) {
    // 429 too many
    const key = req.ip ?? req.socket.remoteAddress;
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    ${body}
  };
};`;

const ROWS: readonly [name: string, body: string, isFound: boolean][] = [
  [
    "is known by the 429 it ends with",
    "if (count > 5) { res.statusCode = 429; res.end(); } else next();",
    false,
  ],
  ["is known when its limit is 1,000", "if (count > 1000) res.status(429).send('no'); else next();", false],
  [
    "is known when it fails with the status, as middleware of promises does",
    "Promise.resolve().then(() => next(count > 5 ? Object.assign(new Error('no'), { status: 429 }) : undefined));",
    false,
  ],
  [
    "is known by the limit it announces",
    "res.setHeader('RateLimit-Policy', '\"a\";q=100000;w=60'); next();",
    false,
  ],
  ["is no limiter when it only counts", "next();", true],
  ["is no limiter when it refuses everybody", "res.statusCode = 429; res.end();", true],
  [
    "is no limiter when it refuses for another reason",
    "if (count > 5) res.status(403).end(); else next();",
    true,
  ],
  ["is no limiter when it never answers", "if (count === 1) next();", true],
];

describe("a limiter of a package that no table knows", () => {
  for (const [name, body, isFound] of ROWS) {
    it(name, async () => {
      using folder = project(5, {
        "app.js": APP,
        "node_modules/slow-door/package.json": '{ "name": "slow-door", "version": "1.0.0" }',
        "node_modules/slow-door/index.js": slowDoor(body),
      });
      const report = await check({
        folder: folder.root,
        app: "app.js",
        source: false,
        only: ["ratelimit/auth-missing"],
        appTimeoutMs: 60_000,
      });
      assert.deepEqual(report.notAnalysed, []);
      assert.deepEqual(
        report.findings.map((one) => one.rule),
        isFound ? ["ratelimit/auth-missing"] : [],
      );
    });
  }

  it("is not used up where the app goes on living", async () => {
    let calls = 0;
    const limiter = (
      _req: unknown,
      res: { status: (code: number) => { end: () => void } },
      next: () => void,
    ): void => {
      calls += 1;
      if (calls > 5) res.status(429).end();
      else next();
    };
    assert.equal(await limitsRequests(limiter, { request: undefined, response: undefined }, false), false);
    assert.equal(calls, 1);
    const app = express();
    app.use(limiter as unknown as express.RequestHandler);
    await readAtHand(app);
    assert.equal(calls, 1);
  });
});
