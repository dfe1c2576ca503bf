import assert from "node:assert/strict";
import { after, test } from "node:test";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { startSecureSkeleton } from "../browser/skeleton.ts";
import { loadObservatory } from "./install.ts";

// 100, and 30 for the policy (10), the referrer (5), framing (5) and CORP (10). Three extras are left: 5 for cookies, which need a
// page that sets one, as every form does and the start page does not; 5 for scripts with integrity, of which there are none;
// 5 for being on the browsers' preload list.
const pages: readonly [path: string, points: number][] = [
  ["/", 130],
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
