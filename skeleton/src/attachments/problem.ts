import { HttpError } from "hauberk/errors";
import { MAX_FILE_BYTES, MAX_FILES_AT_ONCE, QUOTA_BYTES } from "./limits.ts";
import { fileSize } from "./size.ts";

/** What the form says beside its file field, and with which status. */
export interface UploadProblem {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const TOO_LARGE = `A file may have at most ${fileSize(MAX_FILE_BYTES)}. Choose a smaller one.`;
const TOO_MANY = `Attach at most ${MAX_FILES_AT_ONCE} files at once.`;
const WRONG_TYPE =
  "Only PNG, JPEG, WebP and GIF images and PDF documents can be attached, and at least one file is something else inside, whatever it is called.";

/** For the one that comes while MAX_UPLOADS_AT_ONCE others of the account are under way. RFC 6585 section 4. */
export const TOO_MANY_AT_ONCE: UploadProblem = {
  status: 429,
  message: "Too many other uploads of yours are not finished yet. Send this one when they are.",
  headers: { "Retry-After": "10" },
};

/**
 * Words for a refused upload, as far as they help whoever chose the file.
 *
 * @returns undefined for everything that no honest form sends: the error page is good enough for it
 */
export function uploadProblem(error: unknown, remainingBytes: number): UploadProblem | undefined {
  if (!(error instanceof HttpError)) return undefined;
  const { status, code, because } = error;
  if (code === "UPLOAD_TYPE_REFUSED") return { status, message: WRONG_TYPE };
  if (code !== "UPLOAD_TOO_LARGE") return undefined;
  if (because === "filesLimit") return { status, message: TOO_MANY };
  if (because === "file") return { status, message: TOO_LARGE };
  const most = MAX_FILES_AT_ONCE * MAX_FILE_BYTES;
  if (because === "quota" || remainingBytes < most) return quotaProblem(remainingBytes, status);
  return { status, message: `${TOO_LARGE} ${TOO_MANY}` };
}

const CONTENT_TOO_LARGE = 413;

/** The account is full, or these files would fill it. */
export function quotaProblem(remainingBytes: number, status = CONTENT_TOO_LARGE): UploadProblem {
  const left = fileSize(Math.max(0, remainingBytes));
  return {
    status,
    message: `The files of an account may have ${fileSize(QUOTA_BYTES)} together, and ${left} are left. Delete some first.`,
  };
}
