import assert from "node:assert/strict";
import { test } from "node:test";
import { startApp } from "../../test/server/harness.ts";
import { findPublicInspector, type InspectorFacts } from "./inspector.ts";

const NONE: InspectorFacts = { execArgv: [], nodeOptions: "", url: undefined };

const REFUSED: readonly [name: string, facts: Partial<InspectorFacts>, place: string][] = [
  ["every address", { execArgv: ["--inspect=0.0.0.0:9229"] }, "0.0.0.0:9229"],
  ["every address without a port", { execArgv: ["--inspect=0.0.0.0"] }, "0.0.0.0"],
  ["every IPv6 address", { execArgv: ["--inspect=[::]:9229"] }, "[::]:9229"],
  ["an address of the network", { execArgv: ["--inspect=10.0.0.5:9229"] }, "10.0.0.5:9229"],
  ["a name that may be anything", { execArgv: ["--inspect=app.internal:9229"] }, "app.internal:9229"],
  [
    "a name that only begins like this machine's",
    { execArgv: ["--inspect=localhost.evil.example"] },
    "localhost.evil.example",
  ],
  [
    "an address that only begins like this machine's",
    { execArgv: ["--inspect=127.0.0.1.evil.example:1"] },
    "127.0.0.1.evil.example:1",
  ],
  ["a start that waits", { execArgv: ["--inspect-brk=0.0.0.0:1"] }, "0.0.0.0:1"],
  ["another start that waits", { execArgv: ["--inspect-wait=0.0.0.0:1"] }, "0.0.0.0:1"],
  ["a place for SIGUSR1", { execArgv: ["--inspect-port=0.0.0.0:1"] }, "0.0.0.0:1"],
  ["its other name", { execArgv: ["--debug-port=0.0.0.0:1"] }, "0.0.0.0:1"],
  ["a place in the next word", { execArgv: ["--inspect-port", "0.0.0.0:1"] }, "0.0.0.0:1"],
  ["underscores", { execArgv: ["--inspect_brk=0.0.0.0:1"] }, "0.0.0.0:1"],
  [
    "the second flag of two",
    { execArgv: ["--inspect=127.0.0.1:1", "--inspect-port=0.0.0.0:1"] },
    "0.0.0.0:1",
  ],
  ["a flag in NODE_OPTIONS", { nodeOptions: "--max-old-space-size=500  --inspect=0.0.0.0:1" }, "0.0.0.0:1"],
  [
    "a quoted flag in NODE_OPTIONS",
    { nodeOptions: '--require "./a b.js" --inspect="0.0.0.0:1"' },
    "0.0.0.0:1",
  ],
  ["a flag quoted whole", { nodeOptions: '"--inspect=\\0.0.0.0:1"' }, "0.0.0.0:1"],
  ["an inspector that is open", { url: "ws://0.0.0.0:9229/0f1e" }, "0.0.0.0:9229"],
  ["an open inspector of IPv6", { url: "ws://[::]:9229/0f1e" }, "[::]:9229"],
];

for (const [name, facts, place] of REFUSED) {
  test(`finds an inspector for others: ${name}`, () => {
    assert.equal(findPublicInspector({ ...NONE, ...facts }), place);
  });
}

const FINE: readonly [name: string, facts: Partial<InspectorFacts>][] = [
  ["no flag", {}],
  ["the default place", { execArgv: ["--inspect"] }],
  ["a port", { execArgv: ["--inspect=9230", "--inspect-port", "9231"] }],
  ["this machine", { execArgv: ["--inspect=127.0.0.1:9229"] }],
  ["this machine by name", { execArgv: ["--inspect=localhost:9229"] }],
  ["this machine in IPv6", { execArgv: ["--inspect=[::1]:9229"] }],
  ["another address of the loopback network", { execArgv: ["--inspect=127.8.0.1:1"] }],
  ["flags that only look similar", { execArgv: ["--inspector=0.0.0.0", "--title=--inspect=0.0.0.0"] }],
  ["an inspector open to this machine", { url: "ws://127.0.0.1:9229/0f1e" }],
];

for (const [name, facts] of FINE) {
  test(`finds nothing wrong with ${name}`, () => {
    assert.equal(findPublicInspector({ ...NONE, ...facts }), undefined);
  });
}

const STARTS: readonly [name: string, flags: readonly string[], env: Record<string, string>][] = [
  ["a place that SIGUSR1 would open to all", ["--inspect-port=0.0.0.0:0"], {}],
  ["an inspector that is open to all", ["--inspect=0.0.0.0:0"], {}],
  ["an inspector from the environment", [], { NODE_OPTIONS: "--inspect-port=0.0.0.0:0" }],
];

for (const [name, nodeFlags, env] of STARTS) {
  test(`does not start with ${name}`, async (t) => {
    const { code, stderr } = await startApp(
      t,
      { listen: { port: 0 }, origins: ["http://localhost:3000"] },
      { nodeFlags, env },
    ).ended;
    assert.equal(code, 1);
    assert.match(stderr, /\[INSPECTOR_PUBLIC\] .+"0\.0\.0\.0:\d+".+\n {2}Why: .+\n {2}Fix: .+/);
  });
}
