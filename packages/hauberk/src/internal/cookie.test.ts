import assert from "node:assert/strict";
import { test } from "node:test";
import { cookieValues, expiredCookie, serializeCookie } from "./cookie.ts";
import { cpuMillis } from "../../../../test/support/cpu-time.ts";

const rows: readonly [string, header: string | undefined, values: readonly string[]][] = [
  ["no header", undefined, []],
  ["an empty header", "", []],
  ["one cookie", "sid=a", ["a"]],
  ["one among others", "x=1; sid=a; y=2", ["a"]],
  ["no space after the semicolon", "x=1;sid=a", ["a"]],
  ["tabs and spaces around", "x=1;\t  sid=a \t; y=2", ["a"]],
  ["two of the name, in order", "sid=a; sid=b", ["a", "b"]],
  ["an empty value", "sid=", [""]],
  ["an equals sign in the value", "sid=a=b", ["a=b"]],
  ["a quoted value, quotes included", 'sid="a"', ['"a"']],
  ["a longer name that ends alike", "xsid=a; __Host-sid=b", []],
  ["a longer name that starts alike", "sid2=a; sid.b=c", []],
  ["another case, which is another cookie", "SID=a; Sid=b", []],
  ["the name without a value", "sid; sid", []],
  ["the name inside another value", "x=sid=a", []],
  ["a space before the equals sign", "sid =a", []],
  ["an encoded name", "%73id=a", []],
  ["only separators", ";;; ;", []],
  ["a comma, which separates nothing", "x=1, sid=a", []],
  ["RFC 2109 attributes", '$Version=1; sid=a; $Path="/"', ["a"]],
];
for (const [name, header, values] of rows) {
  test(`reads ${name}`, () => assert.deepEqual(cookieValues(header, "sid"), values));
}

test("reads 8 KB of cookies in no time", () => {
  const header = "sid=a;".repeat(1400);
  const spent = cpuMillis(() => assert.equal(cookieValues(header, "sid").length, 1400));
  assert.ok(spent < 50, `${spent} ms`);
});

test("writes the attributes a __Host- cookie needs", () => {
  assert.equal(
    serializeCookie("__Host-sid", "v", { secure: true, maxAgeSeconds: 60 }),
    "__Host-sid=v; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax",
  );
  assert.equal(
    serializeCookie("sid", "v", { secure: false, maxAgeSeconds: undefined }),
    "sid=v; Path=/; HttpOnly; SameSite=Lax",
  );
});

test("ends a cookie in both ways browsers know", () => {
  assert.equal(
    expiredCookie("__Host-sid", true),
    "__Host-sid=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
  );
});
