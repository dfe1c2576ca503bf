import assert from "node:assert/strict";
import { after, test } from "node:test";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { startSecureSkeleton } from "../browser/skeleton.ts";
import { loadObservatory } from "./install.ts";

// 100, and 30 for the policy (10), the referrer (5), framing (5) and CORP (10). Each page has one extra of 5: the start page for a
// script with integrity, /login for the cookie of its form. The last one is for being on the browsers' preload list.
const pages: readonly [path: string, points: number][] = [
  ["/", 135],
  ["/login", 135],
];

const scan = await loadObservatory();
const { port, certificate } = await startSecureSkeleton({ after }, "localhost");
setDefaultCACertificates([...getCACertificates(), certificate]);

for (const [path, points] of pages) {
  test(`MDN HTTP Observatory gives ${path} of the skeleton ${points} points, and finds nothing wrong`, async (t) => {
    const { scan: result, tests } = await scan(`localhost:${port}${path}`);
    const rows = Object.entries(tests).map(
      ([name, { result: found, scoreModifier }]) => `${name}: ${found} (${scoreModifier})`,
    );
    t.diagnostic(`${result.score} points, ${result.grade}\n${rows.join("\n")}`);
    assert.equal(result.testsFailed, 0, rows.join("\n"));
    assert.ok(result.score >= points, `${result.score} points\n${rows.join("\n")}`);
  });
}
