import type { ErrorRequestHandler, Request, RequestHandler } from "express";
import { body, type UploadedFile } from "hauberk/body";
import { currentUser } from "../web/current-user.ts";
import { UploadsAtOnce } from "./at-once.ts";
import type { Attachments } from "./attachments.ts";
import { ACCEPTED_TYPES, MAX_FILE_BYTES, MAX_FILES_AT_ONCE, UPLOAD_SECONDS } from "./limits.ts";
import { TOO_MANY_AT_ONCE, type UploadProblem, uploadProblem } from "./problem.ts";

/** The files of a form that has other fields too. */
export interface FileField {
  /** Stores the files of a multipart form; any other form goes on as it is. Belongs behind the check of who is asking. */
  readonly receive: RequestHandler;
  /** The files of this request, stored already. */
  readonly files: (req: Request) => readonly UploadedFile[];
  /** Removes them again, when the rest of the form cannot be accepted. */
  readonly discard: (req: Request) => Promise<void>;
  /** Shows the form again when a file was refused. */
  readonly whenRefused: (show: ShowRefused) => ErrorRequestHandler;
}

/** @param fields what was entered in the fields before the files */
type ShowRefused = (
  problem: UploadProblem,
  fields: Readonly<Record<string, string>>,
  ...[req, res]: Parameters<RequestHandler>
) => void | Promise<void>;

/** @throws {ConfigError} `UPLOAD_DIRECTORY_INVALID` at start */
export function createFileField(directory: string, attachments: Attachments): FileField {
  const atOnce = new UploadsAtOnce();
  const withoutPlace = new WeakSet<Request>();

  async function remainingBytes(req: Request): Promise<number> {
    if (atOnce.begin(ownerOf(req), req)) return attachments.remainingBytes(ownerOf(req));
    withoutPlace.add(req);
    // Not refused as a whole: what was written in the other fields is read, and shown again.
    return 0;
  }

  async function problemOf(error: unknown, req: Request): Promise<UploadProblem | undefined> {
    const problem = uploadProblem(error, await attachments.remainingBytes(ownerOf(req)));
    return problem !== undefined && withoutPlace.has(req) ? TOO_MANY_AT_ONCE : problem;
  }

  const upload = body.multipart({
    directory,
    accept: ACCEPTED_TYPES,
    maxFileBytes: MAX_FILE_BYTES,
    maxFiles: MAX_FILES_AT_ONCE,
    maxFieldBytes: 50_000,
    timeoutSeconds: UPLOAD_SECONDS,
    remainingBytes,
  });
  return {
    receive: (req, res, next) => (isMultipart(req) ? upload(req, res, next) : next()),
    files: (req) => (isMultipart(req) ? upload.result(req).files : []),
    discard: async (req) => (isMultipart(req) ? upload.discard(req) : undefined),
    whenRefused: (show) =>
      async function showRefusedUpload(error: unknown, req, res, next) {
        const problem = await problemOf(error, req);
        if (problem === undefined) {
          next(error);
          return;
        }
        res.set(problem.headers ?? {});
        await show(problem, upload.fields(req), req, res, next);
      },
  };
}

function ownerOf(req: Request): string {
  return currentUser(req)?.id ?? "";
}

function isMultipart(req: Request): boolean {
  return typeof req.is("multipart/form-data") === "string";
}
