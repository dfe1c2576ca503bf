import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../errors/config-error.ts";
import { countActivatedSockets, type ActivationFacts } from "./activation.ts";

const given: ActivationFacts = { listenPid: "42", listenFds: "1", pid: 42 };

test("counts the sockets that were handed over", () => {
  assert.equal(countActivatedSockets(given), 1);
  assert.equal(countActivatedSockets({ ...given, listenFds: "2" }), 2);
});

const refused: readonly [name: string, changes: Partial<ActivationFacts>][] = [
  ["refuses a start without systemd", { listenPid: undefined, listenFds: undefined }],
  ["refuses a count without a process", { listenPid: undefined }],
  ["refuses a process without a count", { listenFds: undefined }],
  ["refuses sockets that were meant for the parent", { listenPid: "41" }],
  ["refuses a pid that only begins with its own", { listenPid: "42 " }],
  ["refuses a count of 0", { listenFds: "0" }],
  ["refuses a negative count", { listenFds: "-1" }],
  ["refuses an absurd count", { listenFds: "99999" }],
  ["refuses an octal count", { listenFds: "01" }],
  ["refuses a count that is text", { listenFds: "1;ls" }],
  ["refuses an empty count", { listenFds: "" }],
];

for (const [name, changes] of refused) {
  test(name, () => {
    assert.throws(
      () => countActivatedSockets({ ...given, ...changes }),
      (error: unknown) => error instanceof ConfigError && error.code === "ACTIVATION_MISSING",
    );
  });
}
