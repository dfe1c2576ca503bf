import * as fc from "fast-check";
import type { Sent } from "./gate.ts";

/** Words that have broken parsers, mixed into everything that is generated. */
const WORDS = [
  "__proto__",
  "constructor",
  "prototype",
  "hasOwnProperty",
  "a[99999999]",
  "a[b][c]",
  "[]",
  "%",
  "%00",
  "%zz",
  "%c0%ae",
  "%252e",
  "%2f",
  "%5c",
  "..",
  ".",
  "//",
  "\\",
  ";",
  "#",
  "?",
  "&",
  "=",
  "+",
  "\u0000",
  "\r\n",
  "\u2028",
  "\ud800",
  "'",
  '"',
  "`",
  "<script>",
  "{{7*7}}",
  "${7}",
  "' OR 1=1 --",
  "../../etc/passwd",
  "null",
  "NaN",
  "-1",
  "1e999",
  "true",
  "{}",
];

const word = fc.oneof(
  fc.constantFrom(...WORDS),
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({ maxLength: 12 }),
);
const text = fc.array(word, { maxLength: 8 }).map((words) => words.join(""));

/** What Node's own client would refuse to send cannot arrive in this way: raw sockets are tested elsewhere. */
const headerSafe = (value: string): string =>
  value.replaceAll(/[^\t\u0020-\u007e\u0080-\u00ff]/g, "").slice(0, 2000);
const targetSafe = (value: string): string => value.replaceAll(/[^!-\u00ff]|\u007f/g, "").slice(0, 2000);

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY", "PROPFIND"];
const TYPES = [
  "application/json",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=xyz",
  "text/plain",
  "",
];
const HEADERS = [
  "Host",
  "Origin",
  "Sec-Fetch-Site",
  "Cookie",
  "X-CSRF-Token",
  "X-Forwarded-For",
  "Forwarded",
  "Accept",
  "X-HTTP-Method-Override",
  "Content-Type",
  "If-None-Match",
  "Range",
  "Content-Encoding",
];

const json = fc.oneof(
  fc.json(),
  fc.json().map((value) => value.replace('"', "")),
  text,
);
const form = fc
  .array(fc.tuple(text, text), { maxLength: 6 })
  .map((fields) => fields.map(([name, value]) => `${name}=${value}`).join("&"));
const multipart = fc
  .array(fc.tuple(text, text, text, fc.boolean()), { maxLength: 3 })
  .map((parts) =>
    [
      ...parts.map(
        ([name, filename, content, isFile]) =>
          `--xyz\r\nContent-Disposition: form-data; name="${name}"${isFile ? `; filename="${filename}"` : ""}\r\n\r\n${content}\r\n`,
      ),
      "--xyz--\r\n",
    ].join(""),
  );

/** Requests nobody sends by accident: through the path, the query, headers, cookies, forms, JSON, part and file names. */
export const hostileRequest: fc.Arbitrary<Sent> = fc
  .record({
    method: fc.constantFrom(...METHODS),
    path: fc.oneof(
      fc.constantFrom("/", "/echo", "/files", "/typed"),
      text.map((value) => `/${targetSafe(value)}`),
    ),
    query: fc.option(text, { nil: "" }),
    header: fc.constantFrom(...HEADERS),
    value: text,
    tampered: fc.boolean(),
    type: fc.constantFrom(...TYPES),
    body: fc.oneof(json, form, multipart, text),
    ownPage: fc.boolean(),
  })
  .map(({ method, path, query, header, value, tampered, type, body, ownPage }) => {
    const bytes = Buffer.from(body);
    const withBody = !["GET", "HEAD", "OPTIONS"].includes(method);
    return {
      method,
      path: query === "" ? path : `${path}?${targetSafe(query)}`,
      headers: {
        ...(ownPage ? { "Sec-Fetch-Site": "same-origin" } : {}),
        ...(withBody ? { "Content-Type": type, "Content-Length": String(bytes.length) } : {}),
        ...(tampered ? { [header]: headerSafe(value) } : {}),
      },
      ...(withBody ? { body: bytes } : {}),
    };
  });
