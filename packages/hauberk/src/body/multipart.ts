import { rm } from "node:fs/promises";
import { Busboy, type BusboyFileStream } from "@fastify/busboy";
import type { Request, RequestHandler } from "express";
import { refusal } from "../errors/refusal.ts";
import { refuseWith } from "../errors/refuse.ts";
import type { HttpErrorCode } from "../internal/error-codes.ts";
import { isForbiddenName } from "./parse.ts";
import { storePart, type UploadedFile } from "./upload-file.ts";
import { parseUploadOptions, type UploadOptions, type UploadPolicy } from "./upload-options.ts";

/** What a form with files comes down to. */
export interface Upload {
  /** The fields besides the files: flat, without a prototype, each sent once. */
  readonly fields: Readonly<Record<string, string>>;
  readonly files: readonly UploadedFile[];
}

export interface UploadBody extends RequestHandler {
  /** What was uploaded. A file input that was left empty gives no file. */
  readonly result: (req: Request) => Upload;
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
  const middleware: RequestHandler = (req, _res, next) => {
    receive(req, policy).then(
      (upload) => {
        uploads.set(req, upload);
        req.body = upload.fields;
        next();
      },
      (error: unknown) => {
        // The rest of a refused upload is not waited for.
        req.resume();
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
  return Object.assign(middleware, { result, discard: (req: Request) => discard(result(req).files) });
}

async function discard(files: readonly UploadedFile[]): Promise<void> {
  await Promise.all(files.map((file) => rm(file.path, { force: true })));
}

const BOUNDARY = /^multipart\/form-data;(?:[^;]*;)*? *boundary=(?:"[^"\\]{1,70}"|[^\s";,]{1,70}) *(?:;|$)/i;

async function receive(req: Request, policy: UploadPolicy): Promise<Upload> {
  const contentType = req.headers["content-type"] ?? "";
  if (contentType.length > 500 || !BOUNDARY.test(contentType))
    throw refused("BODY_TYPE_UNSUPPORTED", "not multipart");
  const quota = await policy.remainingBytes(req);
  const limit = Math.min(policy.maxTotalBytes, quota);
  // Written so that a quota of NaN refuses.
  if (!(quota > 0)) throw refused("UPLOAD_TOO_LARGE", "quota");
  if (Number(req.headers["content-length"] ?? 0) > limit) throw refused("UPLOAD_TOO_LARGE", "content-length");
  if (req.destroyed) throw refused("UPLOAD_ABORTED", "client");
  return new Reception(req, policy, limit).run(contentType);
}

function refused(code: HttpErrorCode, because: string): Error {
  return refusal(code, { because, headers: { Connection: "close" } });
}

const MAX_NAME_LENGTH = 100;

/** One upload on its way to disk. It ends once, whatever ends first: the parser, a limit, the client or the clock. */
class Reception {
  readonly #req: Request;
  readonly #policy: UploadPolicy;
  readonly #limit: number;
  readonly #fields = Object.create(null) as Record<string, string>;
  readonly #open = new Set<BusboyFileStream>();
  readonly #stored: Promise<UploadedFile | undefined>[] = [];
  #failure: Error | undefined = undefined;
  #ended = false;

  constructor(req: Request, policy: UploadPolicy, limit: number) {
    this.#req = req;
    this.#policy = policy;
    this.#limit = limit;
  }

  async run(contentType: string): Promise<Upload> {
    await this.#parse(contentType);
    const outcomes = await Promise.allSettled(this.#stored);
    const files = outcomes.flatMap((outcome) =>
      outcome.status === "fulfilled" && outcome.value !== undefined ? [outcome.value] : [],
    );
    const broken = outcomes.find((outcome) => outcome.status === "rejected");
    const failure = this.#failure ?? (broken?.reason as Error | undefined);
    if (failure === undefined) return { fields: this.#fields, files };
    await discard(files);
    throw failure;
  }

  #parse(contentType: string): Promise<void> {
    const req = this.#req;
    const { maxFileBytes, maxFiles, maxFields, maxFieldBytes, timeoutMs } = this.#policy;
    const parser = new Busboy({
      headers: { ...req.headers, "content-type": contentType },
      limits: {
        fieldNameSize: MAX_NAME_LENGTH,
        fieldSize: maxFieldBytes,
        fields: maxFields,
        fileSize: maxFileBytes,
        files: maxFiles,
        parts: maxFields + maxFiles,
        headerPairs: 10,
        headerSize: 4096,
      },
    });
    return new Promise((resolve) => {
      let received = 0;
      const end = (failure?: Error): void => {
        if (this.#ended) return;
        this.#ended = true;
        this.#failure = failure;
        clearTimeout(timer);
        req.off("data", count).off("close", closed).unpipe(parser);
        if (failure !== undefined) for (const stream of this.#open) stream.destroy(failure);
        resolve();
      };
      const count = (chunk: Buffer): void => {
        received += chunk.length;
        if (!(received <= this.#limit)) end(refused("UPLOAD_TOO_LARGE", "total"));
      };
      const closed = (): void => {
        if (!req.complete) end(refused("UPLOAD_ABORTED", "client"));
      };
      const timer = setTimeout(() => end(refused("REQUEST_TIMEOUT", "upload")), timeoutMs);
      parser.on("field", (name, value, nameCut, valueCut) => {
        const failure = this.#addField(name, value, nameCut || valueCut);
        if (failure !== undefined) end(failure);
      });
      parser.on("file", (field, stream, filename) => {
        if (field.length > MAX_NAME_LENGTH) end(refused("BODY_TOO_COMPLEX", "field-size"));
        if (isForbiddenName(field)) end(refused("BODY_FORBIDDEN_KEY", field.slice(0, 60)));
        if (!this.#ended) this.#addFile(field, stream, filename, end);
        else stream.resume();
      });
      for (const limit of ["partsLimit", "filesLimit", "fieldsLimit"] as const)
        parser.on(limit, () => end(refused("UPLOAD_TOO_LARGE", limit)));
      parser.on("error", () => end(refused("BODY_INVALID", "multipart")));
      parser.on("finish", () => end());
      req.on("data", count).on("close", closed).pipe(parser);
    });
  }

  #addField(name: string | undefined, value: string, cut: boolean): Error | undefined {
    if (name === undefined || name === "") return refused("BODY_INVALID", "part without a name");
    if (cut || name.length > MAX_NAME_LENGTH) return refused("BODY_TOO_COMPLEX", "field-size");
    if (isForbiddenName(name)) return refused("BODY_FORBIDDEN_KEY", name.slice(0, 60));
    if (name.includes("\0") || value.includes("\0")) return refused("BODY_INVALID", "nul");
    if (this.#fields[name] !== undefined) return refused("BODY_DUPLICATE_FIELD", name.slice(0, 60));
    this.#fields[name] = value;
    return undefined;
  }

  #addFile(
    field: string,
    stream: BusboyFileStream,
    filename: string | undefined,
    end: (failure: Error) => void,
  ): void {
    // A stream that is destroyed before anybody reads it would end the process with its error.
    stream.on("error", ignore);
    // What browsers send for a file input that was left empty: no name and no bytes.
    if (filename === undefined || filename === "") {
      stream.on("data", () => end(refused("BODY_INVALID", "file without a name")));
      return;
    }
    this.#open.add(stream);
    const stored = storePart({ field, filename, stream }, this.#policy);
    stored.then(
      () => this.#open.delete(stream),
      (error: unknown) => end(storageFailure(error)),
    );
    this.#stored.push(stored);
  }
}

function ignore(): void {
  // Whoever reads the stream hears of its error.
}

/** A full disk is nobody's mistake in the request, and passes. */
function storageFailure(error: unknown): Error {
  const { code } = error as { readonly code?: unknown };
  if (code === "ENOSPC" || code === "EDQUOT")
    return refusal("UPLOAD_NOT_STORED", { because: code, cause: error });
  return error instanceof Error ? error : new Error("the file could not be stored", { cause: error });
}
