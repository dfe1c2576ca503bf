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

/** Where the hostile text of a request is; `everywhere` mixes it into several places at once. */
export const CHANNELS = [
  "path",
  "query",
  "header",
  "cookie",
  "form",
  "json",
  "part name",
  "file name",
  "everywhere",
] as const;
type Channel = (typeof CHANNELS)[number];

export interface HostileRequest {
  readonly channel: Channel;
  readonly sent: Sent;
}

const PATHS = ["/", "/echo", "/files", "/typed"] as const;
const OWN_PAGE = { "Sec-Fetch-Site": "same-origin" };

function withBody(method: string, path: string, type: string, content: string | Buffer): Sent {
  const body = Buffer.from(content as string);
  const headers = { ...OWN_PAGE, "Content-Type": type, "Content-Length": String(body.length) };
  return { method, path, headers, body };
}

const cookies = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom("sid", "csrf", "device", "__Host-sid"), text), text), {
    maxLength: 4,
  })
  .map((pairs) => headerSafe(pairs.map(([name, value]) => `${name}=${value}`).join("; ")));

const PNG = Buffer.from("\x89PNG\r\n\x1a\n0123456789", "latin1");

/** A form of one part. What it holds is a PNG by its first bytes, so that the name is what decides. */
function part(name: string, filename: string | undefined): Buffer {
  const file = filename === undefined ? "" : `; filename="${filename}"`;
  const head = `--xyz\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), PNG, Buffer.from("\r\n--xyz--\r\n")]);
}

const MULTIPART = "multipart/form-data; boundary=xyz";

/** One place is hostile, everything around it as a browser sends it: the text reaches what reads that place. */
const SINGLE: Readonly<Record<Exclude<Channel, "everywhere">, fc.Arbitrary<Sent>>> = {
  path: fc
    .tuple(fc.constantFrom("GET", "POST", "DELETE"), text)
    .map(([method, value]) => ({ method, path: `/${targetSafe(value)}`, headers: OWN_PAGE })),
  query: fc
    .tuple(fc.constantFrom(...PATHS), text)
    .map(([path, value]) => ({ path: `${path}?${targetSafe(value)}` })),
  header: fc
    .tuple(fc.constantFrom("GET", "POST"), fc.constantFrom(...HEADERS), text)
    .map(([method, name, value]) => ({ method, path: "/echo", headers: { [name]: headerSafe(value) } })),
  cookie: fc
    .tuple(fc.constantFrom("GET", "POST"), cookies)
    .map(([method, value]) => ({ method, path: "/echo", headers: { ...OWN_PAGE, Cookie: value } })),
  form: form.map((value) => withBody("POST", "/echo", "application/x-www-form-urlencoded", value)),
  json: fc
    .tuple(fc.constantFrom("/echo", "/typed"), json)
    .map(([path, value]) => withBody("POST", path, "application/json", value)),
  "part name": fc
    .tuple(text, fc.boolean())
    .map(([name, isFile]) => withBody("POST", "/files", MULTIPART, part(name, isFile ? "a.png" : undefined))),
  "file name": text.map((name) => withBody("POST", "/files", MULTIPART, part("file", name))),
};

const everywhere: fc.Arbitrary<Sent> = fc
  .record({
    method: fc.constantFrom(...METHODS),
    path: fc.oneof(
      fc.constantFrom(...PATHS),
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
    const hasBody = !["GET", "HEAD", "OPTIONS"].includes(method);
    return {
      method,
      path: query === "" ? path : `${path}?${targetSafe(query)}`,
      headers: {
        ...(ownPage ? OWN_PAGE : {}),
        ...(hasBody ? { "Content-Type": type, "Content-Length": String(bytes.length) } : {}),
        ...(tampered ? { [header]: headerSafe(value) } : {}),
      },
      ...(hasBody ? { body: bytes } : {}),
    };
  });

/** Requests nobody sends by accident: through the path, the query, headers, cookies, forms, JSON, part and file names. */
export const hostileRequest: fc.Arbitrary<HostileRequest> = fc.oneof(
  ...CHANNELS.map((channel) =>
    (channel === "everywhere" ? everywhere : SINGLE[channel]).map((sent) => ({ channel, sent })),
  ),
);
