import type { Request, RequestHandler } from "express";
import { HttpError } from "../errors/http-error.ts";
import { refuseWith } from "../errors/refuse.ts";
import { drain } from "./drain.ts";
import { discardFiles, type Fields, Reception, refused } from "./reception.ts";
import type { UploadedFile } from "./upload-file.ts";
import { parseUploadOptions, type UploadOptions } from "./upload-options.ts";

/** What a form with files comes down to. */
export interface Upload {
  /** The fields besides the files: flat, without a prototype, each sent once. */
  readonly fields: Fields;
  readonly files: readonly UploadedFile[];
}

export interface UploadBody extends RequestHandler {
  /** What was uploaded. A file input that was left empty gives no file. */
  readonly result: (req: Request) => Upload;
  /**
   * The fields that came before whatever was refused, for an error handler of the route that shows the form again with
   * what was entered. A form's file inputs belong behind its fields.
   */
  readonly fields: (req: Request) => Fields;
  /** Deletes the files of this request again, for a route that does not want them after all. */
  readonly discard: (req: Request) => Promise<void>;
}

/**
 * The body of routes that take files: streamed to disk as they arrive, under limits for everything, and checked by
 * their first bytes. When anything is refused, or the client goes away, nothing is left on disk.
 *
 * Whether the request is forged was decided from its headers before a byte of a file is read; a browser too old for
 * these headers sends the token as `X-CSRF-Token`.
 *
 * @throws {ConfigError} `UPLOAD_DIRECTORY_INVALID`, `OPTION_RANGE`, `OPTION_TYPE` at start
 * @see RFC 7578; OWASP ASVS 5.0 v5.0.0-5.2.1, 5.2.2, 5.3.2
 * @example
 * const attachment = body.multipart({ directory: "data/uploads", accept: ["image/png", "application/pdf"] });
 * app.post("/notes/:id/files", attachment, (req, res) => { const { files } = attachment.result(req); ... });
 */
export function multipart(options: UploadOptions): UploadBody {
  const call = "body.multipart()";
  const policy = parseUploadOptions(options, call);
  const uploads = new WeakMap<Request, Upload>();
  const receptions = new WeakMap<Request, Reception>();

  async function receive(req: Request): Promise<Upload> {
    const contentType = req.headers["content-type"] ?? "";
    if (!isFormData(contentType)) throw refused("BODY_TYPE_UNSUPPORTED", "not multipart");
    const quota = await policy.remainingBytes(req);
    if (req.destroyed) throw refused("UPLOAD_ABORTED", "client");
    const reception = new Reception(req, policy, quota);
    receptions.set(req, reception);
    return reception.run(contentType);
  }

  const middleware: RequestHandler = (req, _res, next) => {
    receive(req).then(
      (upload) => {
        uploads.set(req, upload);
        req.body = upload.fields;
        next();
      },
      async (error: unknown) => {
        // Whoever took too long is not given more time.
        if (!(error instanceof HttpError && error.status === 408)) await drain(req);
        refuseWith(req, next, "body.refused", error);
      },
    );
  };
  const result = (req: Request): Upload => {
    const found = uploads.get(req);
    if (found === undefined)
      throw new TypeError(`${call}: the route reads a result of a parser it was not given.`);
    return found;
  };
  return Object.assign(middleware, {
    result,
    fields: (req: Request) => receptions.get(req)?.fields ?? NO_FIELDS,
    discard: (req: Request) => discardFiles(result(req).files),
  });
}

const NO_FIELDS: Fields = Object.freeze(Object.create(null) as Record<string, string>);

/** RFC 2046 section 5.1.1. */
const MAX_BOUNDARY_LENGTH = 70;

/** With one boundary, which two readers cannot take for two: `multipart/form-data; boundary=a; boundary=b`. */
function isFormData(contentType: string): boolean {
  const [type = "", ...parameters] = contentType.split(";").map((part) => part.trim());
  if (type.toLowerCase() !== "multipart/form-data") return false;
  const [boundary, ...others] = parameters.filter((each) => each.toLowerCase().startsWith("boundary"));
  const value = /^boundary=("[^"\\]+"|[^\s",]+)$/i.exec(boundary ?? "")?.[1];
  if (value === undefined || others.length > 0) return false;
  return value.length - (value.startsWith('"') ? 2 : 0) <= MAX_BOUNDARY_LENGTH;
}
