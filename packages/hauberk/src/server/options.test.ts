import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../errors/config-error.ts";
import { parseListenOptions, type ListenOptions } from "./options.ts";
import { readDescriptorLimit } from "./descriptors.ts";

const refused: readonly [name: string, input: unknown, code: string][] = [
  ["refuses nothing at all", undefined, "PLACE_INVALID"],
  ["refuses an empty object", {}, "PLACE_INVALID"],
  ["refuses a number in place of the object", 3000, "OPTIONS_INVALID"],
  ["refuses a misspelt option", { prot: 3000 }, "OPTION_UNKNOWN"],
  ["refuses a port and a socket", { port: 3000, socketPath: "/run/a.sock" }, "PLACE_INVALID"],
  ["refuses a port and socket activation", { port: 3000, socketActivation: true }, "PLACE_INVALID"],
  ["refuses a port as text", { port: "3000" }, "OPTION_RANGE"],
  ["refuses a negative port", { port: -1 }, "OPTION_RANGE"],
  ["refuses a port above 65535", { port: 65_536 }, "OPTION_RANGE"],
  ["refuses NaN for a port", { port: Number.NaN }, "OPTION_RANGE"],
  ["refuses an empty host", { port: 1, host: "" }, "OPTION_TYPE"],
  ["refuses an empty socket path", { socketPath: "" }, "OPTION_TYPE"],
  [
    "refuses a socket mode that its owner cannot use",
    { socketPath: "/a", socketMode: 0o077 },
    "OPTION_RANGE",
  ],
  ["refuses tls: true", { port: 1, tls: true }, "OPTIONS_INVALID"],
  ["refuses no certificate at all", { port: 1, tls: [] }, "OPTION_TYPE"],
  ["refuses a certificate without its key", { port: 1, tls: { certFile: "a" } }, "OPTION_TYPE"],
  [
    "refuses a pair among several without its key",
    { port: 1, tls: [{ certFile: "a", keyFile: "b" }, { certFile: "c" }] },
    "OPTION_TYPE",
  ],
  ["refuses a key given as text", { port: 1, tls: { cert: "a", key: "b" } }, "OPTION_UNKNOWN"],
  ["refuses a plain port without a number", { port: 443, plainHttp: {} }, "OPTION_RANGE"],
  ["refuses an empty acme folder", { port: 443, plainHttp: { port: 80, acmeFolder: "" } }, "OPTION_TYPE"],
  ["refuses user 0 as a number", { port: 1, user: 0 }, "OPTION_TYPE"],
  ["refuses an infinite header deadline", { port: 1, headersTimeoutMs: Infinity }, "OPTION_RANGE"],
  ["refuses a deadline of 0, which Node reads as none", { port: 1, requestTimeoutMs: 0 }, "OPTION_RANGE"],
  [
    "refuses a keep-alive of 0, which Node reads as for ever",
    { port: 1, keepAliveTimeoutMs: 0 },
    "OPTION_RANGE",
  ],
  ["refuses a silence of 0, which Node reads as for ever", { port: 1, silenceTimeoutMs: 0 }, "OPTION_RANGE"],
  ["refuses no connections", { port: 1, maxConnections: 0 }, "OPTION_RANGE"],
  ["refuses more connections than descriptors", { port: 1, maxConnections: 999_999_999 }, "OPTION_RANGE"],
  ["refuses a per-address cap of 0", { port: 1, maxConnectionsPerAddress: 0 }, "OPTION_RANGE"],
  ["refuses headers of a megabyte", { port: 1, maxHeaderBytes: 1_000_000 }, "OPTION_RANGE"],
  ["refuses overload: true", { port: 1, overload: true }, "OPTIONS_INVALID"],
  ["refuses a delay without a bound", { port: 1, overload: { maxDelayMs: Infinity } }, "OPTION_RANGE"],
  ["refuses health paths that are not a list", { port: 1, overload: { healthPaths: "/" } }, "OPTION_TYPE"],
  ["refuses onClose that is a promise already", { port: 1, onClose: Promise.resolve() }, "OPTION_TYPE"],
  ["refuses insecureServeAsRoot as text", { port: 1, insecureServeAsRoot: "no" }, "OPTION_TYPE"],
  ["refuses the same option without its warning name", { port: 1, serveAsRoot: true }, "OPTION_UNKNOWN"],
];

for (const [name, input, code] of refused) {
  test(name, () => {
    assert.throws(
      () => parseListenOptions(input),
      (error: unknown) => {
        assert.ok(error instanceof ConfigError);
        assert.equal(error.code, code);
        assert.match(error.message, /^\[[A-Z_]+\] listen\(\).+\n {2}Why: .+\n {2}Fix: /s);
        return true;
      },
    );
  });
}

test("listens on this machine only unless told otherwise", () => {
  assert.deepEqual(parseListenOptions({ port: 3000 }).place, { kind: "port", port: 3000, host: "127.0.0.1" });
});

test("gives a Unix-domain socket to its owner and group", () => {
  const { place } = parseListenOptions({ socketPath: "/run/app.sock" });
  assert.deepEqual(place, { kind: "path", path: "/run/app.sock", mode: 0o660 });
});

test("takes the second of systemd's sockets for plain http", () => {
  const { plainHttp } = parseListenOptions({ socketActivation: true, plainHttp: {} });
  assert.deepEqual(plainHttp?.place, { kind: "descriptor", fd: 4 });
});

test("puts plain http on the host of the main port", () => {
  const { plainHttp } = parseListenOptions({ port: 443, host: "::", plainHttp: { port: 80 } });
  assert.deepEqual(plainHttp?.place, { kind: "port", port: 80, host: "::" });
});

test("reads the descriptor limit of this process", () => {
  const limits =
    "Limit                     Soft Limit           Hard Limit           Units\nMax open files            1024                 524288               files\n";
  assert.equal(readDescriptorLimit(limits), 1024);
  assert.equal(readDescriptorLimit(limits.replace("1024 ", "unlimited")), undefined);
  assert.equal(readDescriptorLimit(""), undefined);
});

// @ts-expect-error -- a port is a number
export const portAsText: ListenOptions = { port: "3000" };
// @ts-expect-error -- a key belongs to its certificate
export const halfPair: ListenOptions = { port: 443, tls: { certFile: "a" } };
