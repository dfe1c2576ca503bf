import assert from "node:assert/strict";
import { test } from "node:test";
import { parseBodyOptions } from "./options.ts";
import { bodyKind, parseForm, parseJson, type BodyKind, type ParsedBody } from "./parse.ts";
import { cpuMillis } from "../../../../test/support/cpu-time.ts";

const policy = parseBodyOptions({ maxDepth: 5, maxKeys: 20, repeatable: ["tag"] });

function gist(parsed: ParsedBody): string {
  return parsed.ok ? JSON.stringify(parsed.value) : `${parsed.code} ${parsed.because}`;
}

const JSON_TEXTS: readonly [title: string, text: string, want: string][] = [
  ["an object", '{"a":1,"b":[true,null,"x"]}', '{"a":1,"b":[true,null,"x"]}'],
  ["an array", "[1,2]", "[1,2]"],
  ["an empty object", "{}", "{}"],
  ["the same key in two objects", '{"a":{"x":1},"b":{"x":2}}', '{"a":{"x":1},"b":{"x":2}}'],
  [
    "colons and quotes inside texts",
    String.raw`{"a":"b:\"c\":{\"a\":1}\\","d":":"}`,
    String.raw`{"a":"b:\"c\":{\"a\":1}\\","d":":"}`,
  ],
  ["an escaped quote before a colon", String.raw`{"a":"\":"}`, String.raw`{"a":"\":"}`],
  ["nesting up to the limit", "[[[[[]]]]]", "[[[[[]]]]]"],
  [
    "words that only look like prototype keys",
    '{"proto":1,"__proto":2,"Constructor":3}',
    '{"proto":1,"__proto":2,"Constructor":3}',
  ],

  ["a duplicate key", '{"admin":false,"admin":true}', "BODY_DUPLICATE_FIELD json-key"],
  ["a duplicate key with equal values", '{"a":1,"a":1}', "BODY_DUPLICATE_FIELD json-key"],
  [
    "a duplicate key spelt with an escape",
    String.raw`{"admin":false,"\u0061dmin":true}`,
    "BODY_DUPLICATE_FIELD json-key",
  ],
  ["a duplicate key deep inside", '[{"a":{"b":1,"c":2,"b":3}}]', "BODY_DUPLICATE_FIELD json-key"],
  ["a duplicate empty key", '{"":1,"":2}', "BODY_DUPLICATE_FIELD json-key"],
  ["a duplicate number as key", '{"1":1,"1":2}', "BODY_DUPLICATE_FIELD json-key"],
  ["__proto__", '{"__proto__":{"admin":true}}', "BODY_FORBIDDEN_KEY __proto__"],
  ["__proto__ spelt with escapes", String.raw`{"\u005f_proto_\u005f":{}}`, "BODY_FORBIDDEN_KEY __proto__"],
  ["__proto__ deep inside", '[{"a":[{"__proto__":1}]}]', "BODY_FORBIDDEN_KEY __proto__"],
  ["constructor.prototype", '{"constructor":{"prototype":{"x":1}}}', "BODY_FORBIDDEN_KEY constructor"],
  ["prototype", '{"prototype":{}}', "BODY_FORBIDDEN_KEY prototype"],
  ["hasOwnProperty", '{"hasOwnProperty":1}', "BODY_FORBIDDEN_KEY hasOwnProperty"],
  ["toString", '{"toString":1}', "BODY_FORBIDDEN_KEY toString"],
  ["valueOf", '{"valueOf":1}', "BODY_FORBIDDEN_KEY valueOf"],
  ["__defineGetter__", '{"__defineGetter__":1}', "BODY_FORBIDDEN_KEY __defineGetter__"],
  ["__lookupSetter__", '{"__lookupSetter__":1}', "BODY_FORBIDDEN_KEY __lookupSetter__"],
  ["isPrototypeOf", '{"isPrototypeOf":1}', "BODY_FORBIDDEN_KEY isPrototypeOf"],
  ["nesting beyond the limit", "[[[[[[]]]]]]", "BODY_TOO_COMPLEX depth"],
  ["100,000 brackets", `${"[".repeat(100_000)}${"]".repeat(100_000)}`, "BODY_TOO_COMPLEX depth"],
  [
    "more keys than the limit",
    JSON.stringify(Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`k${at}`, 1]))),
    "BODY_TOO_COMPLEX keys",
  ],
  [
    "more elements than the limit",
    JSON.stringify(Array.from({ length: 21 }, () => 1)),
    "BODY_TOO_COMPLEX keys",
  ],
  ["a NUL in a text", String.raw`{"a":"x\u0000y"}`, "BODY_INVALID nul"],
  ["a NUL in a key", String.raw`{"x\u0000y":1}`, "BODY_INVALID nul"],
  ["a text", '"a"', "BODY_INVALID json-not-object"],
  ["a number", "1", "BODY_INVALID json-not-object"],
  ["null", "null", "BODY_INVALID json-not-object"],
  ["a comment", '{"a":1/*x*/}', "BODY_INVALID json-syntax"],
  ["a trailing comma", '{"a":1,}', "BODY_INVALID json-syntax"],
  ["single quotes", "{'a':1}", "BODY_INVALID json-syntax"],
  ["NaN", '{"a":NaN}', "BODY_INVALID json-syntax"],
  ["Infinity", '{"a":Infinity}', "BODY_INVALID json-syntax"],
  ["a byte order mark", '\ufeff{"a":1}', "BODY_INVALID json-syntax"],
  ["two values", "{}{}", "BODY_INVALID json-syntax"],
  ["half an object", '{"a":', "BODY_INVALID json-syntax"],
  ["a raw line feed in a text", '{"a":"\n"}', "BODY_INVALID json-syntax"],
  ["nothing but white space", "  ", "BODY_INVALID json-syntax"],
];

for (const [title, text, want] of JSON_TEXTS) {
  test(`reads JSON that is ${title} as ${want.slice(0, 40)}`, () => {
    assert.equal(gist(parseJson(text, policy)), want);
  });
}

const FORMS: readonly [title: string, text: string, want: string][] = [
  ["two fields", "a=1&b=2", '{"a":"1","b":"2"}'],
  ["an empty form", "", "{}"],
  ["a field without a value", "a", '{"a":""}'],
  ["plus signs and percent-encoding", "a=x+y%20z%2Bw", '{"a":"x y z+w"}'],
  ["UTF-8", "a=%C3%A9", '{"a":"é"}'],
  ["brackets, which stay part of the name", "a[b]=1&a[c]=2&d[]=3", '{"a[b]":"1","a[c]":"2","d[]":"3"}'],
  ["a small index, which stays part of the name", "a[999]=1", '{"a[999]":"1"}'],
  ["a field declared as repeatable, sent once", "tag=a", '{"tag":["a"]}'],
  ["a field declared as repeatable, sent twice", "tag=a&tag=b", '{"tag":["a","b"]}'],

  ["a repeated field", "role=user&role=admin", "BODY_DUPLICATE_FIELD role"],
  ["a field repeated under another spelling", "role=user&r%6Fle=admin", "BODY_DUPLICATE_FIELD role"],
  ["__proto__", "__proto__=1", "BODY_FORBIDDEN_KEY __proto__"],
  ["__proto__ percent-encoded", "%5f_proto__=1", "BODY_FORBIDDEN_KEY __proto__"],
  ["__proto__ in brackets", "a[__proto__]=1", "BODY_FORBIDDEN_KEY a[__proto__]"],
  ["__proto__ before brackets", "__proto__[admin]=1", "BODY_FORBIDDEN_KEY __proto__[admin]"],
  [
    "constructor.prototype in brackets",
    "constructor[prototype][x]=1",
    "BODY_FORBIDDEN_KEY constructor[prototype][x]",
  ],
  ["__proto__ behind a dot", "a.__proto__.x=1", "BODY_FORBIDDEN_KEY a.__proto__.x"],
  ["an index that makes a sparse array", "a[99999999]=1", "BODY_FORBIDDEN_KEY a[99999999]"],
  ["the same behind a dot, which lodash unfolds", "a.99999999=1", "BODY_FORBIDDEN_KEY a.99999999"],
  ["an index of four digits", "a[1000]=1", "BODY_FORBIDDEN_KEY a[1000]"],
  ["an index of four digits, percent-encoded", "a%5B1000%5D=1", "BODY_FORBIDDEN_KEY a[1000]"],
  ["such an index that is left open", "a[0][1000=1", "BODY_FORBIDDEN_KEY a[0][1000"],
  ["constructor", "constructor=1", "BODY_FORBIDDEN_KEY constructor"],
  ["hasOwnProperty", "hasOwnProperty=1", "BODY_FORBIDDEN_KEY hasOwnProperty"],
  ["toString", "toString=1", "BODY_FORBIDDEN_KEY toString"],
  [
    "more fields than the limit",
    Array.from({ length: 21 }, (_, at) => `k${at}`).join("&"),
    "BODY_TOO_COMPLEX fields",
  ],
  ["a NUL in a value", "a=x%00y", "BODY_INVALID nul"],
  ["a NUL in a name", "a%00b=x", "BODY_INVALID nul"],
];

for (const [title, text, want] of FORMS) {
  test(`reads a form of ${title} as ${want.slice(0, 40)}`, () => {
    assert.equal(gist(parseForm(text, policy)), want);
  });
}

test("gives forms no prototype, so that no field finds a method", () => {
  const parsed = parseForm("a=1", policy);
  assert.ok(parsed.ok);
  assert.equal(Object.getPrototypeOf(parsed.value), null);
});

const KINDS: readonly [contentType: string | undefined, want: BodyKind][] = [
  ["application/json", "json"],
  ["application/json; charset=utf-8", "json"],
  ["Application/JSON;CHARSET=UTF-8", "json"],
  ['application/json; charset="utf-8"', "json"],
  ["application/vnd.api+json", "json"],
  ["application/x-www-form-urlencoded", "form"],
  ["application/x-www-form-urlencoded;charset=utf8", "form"],
  [undefined, "other"],
  ["", "other"],
  ["text/plain", "other"],
  ["text/json", "other"],
  ["text/plain; application/json", "other"],
  ["application/jsonp", "other"],
  ["application/json, text/plain", "other"],
  ["x/application/json", "other"],
  ["application/+json", "other"],
  ["+json", "other"],
  ["multipart/form-data; boundary=x", "other"],
  ["application/x-www-form-urlencoded2", "other"],
  ["application/json; charset=utf-16", "unsupported-charset"],
  ["application/json; charset=utf-7", "unsupported-charset"],
  ["application/json; charset=", "unsupported-charset"],
  ["application/json; charset=utf-8; charset=utf-16", "unsupported-charset"],
  ["application/json; charset=utf-8; charset=utf-8", "unsupported-charset"],
  ["application/x-www-form-urlencoded; charset=iso-8859-1", "unsupported-charset"],
  ["application/x-www-form-urlencoded; charset = utf-16", "unsupported-charset"],
];

for (const [contentType, want] of KINDS) {
  test(`takes the content type ${JSON.stringify(contentType ?? "-")} for ${want}`, () => {
    assert.equal(bodyKind(contentType), want);
  });
}

test("reads 100 KB of hostile text without slowing down", () => {
  const wide = parseBodyOptions({ maxKeys: 100_000, maxDepth: 100 });
  for (const hostile of [
    '"',
    "\\",
    '{"a":',
    "[",
    "a&",
    "%",
    "a[",
    "=",
    '"\\"',
    ";",
    "charset=;",
    '{"a":1,',
  ]) {
    const text = hostile.repeat(100_000 / hostile.length);
    const spent = cpuMillis(() => {
      parseJson(text, wide);
      parseJson(JSON.stringify({ text }), wide);
      parseForm(text, wide);
      bodyKind(`application/json;${text}`);
    });
    assert.ok(spent < 500, hostile);
  }
});
