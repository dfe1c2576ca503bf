import assert from "node:assert/strict";
import { test } from "node:test";
import { HttpError } from "hauberk/errors";
import { QUOTA_BYTES } from "./limits.ts";
import { uploadProblem } from "./problem.ts";

const CASES: readonly [name: string, error: unknown, remainingBytes: number, message: RegExp | undefined][] =
  [
    ["a large file", new HttpError(413, "UPLOAD_TOO_LARGE", { because: "file" }), 0, /at most 5\.0 MB/],
    [
      "too many files",
      new HttpError(413, "UPLOAD_TOO_LARGE", { because: "filesLimit" }),
      0,
      /at most 3 files/,
    ],
    [
      "a large request",
      new HttpError(413, "UPLOAD_TOO_LARGE", { because: "content-length" }),
      QUOTA_BYTES,
      /5\.0 MB.*3 files/,
    ],
    [
      "a large request of a full account",
      new HttpError(413, "UPLOAD_TOO_LARGE", { because: "content-length" }),
      2048,
      /25 MB together, and 2\.0 kB are left/,
    ],
    [
      "a full account",
      new HttpError(413, "UPLOAD_TOO_LARGE", { because: "quota" }),
      -1,
      /and 0 bytes are left/,
    ],
    [
      "another type",
      new HttpError(415, "UPLOAD_TYPE_REFUSED", { because: "image/bmp" }),
      0,
      /something else/,
    ],
    ["a broken form", new HttpError(400, "BODY_INVALID"), 0, undefined],
    ["an upload that was cut off", new HttpError(400, "UPLOAD_ABORTED"), 0, undefined],
    ["a full disk", new HttpError(503, "UPLOAD_NOT_STORED"), 0, undefined],
    ["a failure", new Error("/srv/data/uploads is gone"), 0, undefined],
    ["something thrown that is no error", "UPLOAD_TOO_LARGE", 0, undefined],
  ];

for (const [name, error, remainingBytes, message] of CASES) {
  test(`${message === undefined ? "has no words beside the field for" : "explains"} ${name}`, () => {
    const problem = uploadProblem(error, remainingBytes);
    if (message === undefined) assert.equal(problem, undefined);
    else assert.match(problem?.message ?? "", message);
  });
}
