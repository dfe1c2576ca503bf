import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { test } from "node:test";
import { emitEvent, emitRequestEvent, hasListeners, onSecurityEvent, SECURITY_EVENT_NAMES } from "./index.ts";
import { collectEvents } from "../../test/served.ts";

const request = (url: string | undefined): IncomingMessage => ({ url }) as IncomingMessage;

test("a listener is told every kind of event until it stops listening", () => {
  const names: string[] = [];
  const stop = onSecurityEvent((event) => names.push(event.name));
  for (const name of SECURITY_EVENT_NAMES) emitEvent(name, {});
  stop();
  emitEvent("csrf.refused", {});
  assert.deepEqual(names, [...SECURITY_EVENT_NAMES]);
});

test("every event is a diagnostics channel of its own", (context) => {
  const seen: unknown[] = [];
  const receive = (message: unknown): void => void seen.push(message);
  subscribe("hauberk:limit.refused", receive);
  context.after(() => unsubscribe("hauberk:limit.refused", receive));
  emitEvent("limit.refused", { status: 429 });
  emitEvent("csrf.refused", { status: 403 });
  assert.equal(seen.length, 1);
});

test("an event carries its time in UTC and what it was given", (context) => {
  const events = collectEvents(context);
  emitEvent("csrf.refused", { code: "CSRF_REFUSED", because: "cross-site", status: 403 });
  const [event] = events;
  assert.match(event?.at ?? "", /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.equal(event?.because, "cross-site");
});

test("whether anybody listens can be asked", () => {
  assert.equal(hasListeners("request.failed"), false);
  const stop = onSecurityEvent(() => undefined);
  assert.equal(hasListeners("request.failed"), true);
  stop();
  assert.equal(hasListeners("request.failed"), false);
});

test("event names are unique", () => {
  assert.equal(new Set(SECURITY_EVENT_NAMES).size, SECURITY_EVENT_NAMES.length);
});

const paths: readonly [name: string, url: string | undefined, path: string][] = [
  ["a path is logged as it is", "/a/b", "/a/b"],
  ["a query string is not logged", "/reset?token=secret", "/reset"],
  ["a second question mark is part of the query", "/a?b?c", "/a"],
  ["a fragment a client sent is not logged", "/a#token=secret", "/a"],
  ["a password in an absolute target is not logged", "http://alice:secret@app.example/a", "/a"],
  ["an absolute target without a path is the root", "http://app.example", "/"],
  ["a line break cannot begin a second log line", "/a\r\nforged", "/aforged"],
  ["an escape sequence cannot reach a terminal", "/a\u001b[2Jb\u0000\u007f\u009b", "/a[2Jb"],
  ["a long path is cut", `/${"a".repeat(10_000)}`, `/${"a".repeat(511)}`],
  ["a request without a target has an empty path", undefined, ""],
];
for (const [name, url, path] of paths) {
  test(name, (context) => {
    const events = collectEvents(context);
    emitRequestEvent("request.refused", request(url), {});
    assert.equal(events[0]?.path, path);
  });
}

const failing: readonly [name: string, listener: () => unknown][] = [
  [
    "throws",
    () => {
      throw new Error("disk full");
    },
  ],
  ["rejects", () => Promise.reject(new Error("disk full"))],
];
for (const [name, listener] of failing) {
  test(`a listener that ${name} ends neither the request nor the process`, async (context) => {
    const written: string[] = [];
    context.mock.method(process.stderr, "write", (text: string) => {
      written.push(text);
      return true;
    });
    context.after(onSecurityEvent(listener));
    const events = collectEvents(context);
    emitEvent("csrf.refused", {});
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    assert.equal(events.length, 1);
    assert.match(written.join(""), /listener for csrf\.refused failed: Error: disk full/);
  });
}
