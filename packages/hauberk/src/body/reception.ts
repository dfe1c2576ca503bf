import { rm } from "node:fs/promises";
import { Busboy, type BusboyFileStream } from "@fastify/busboy";
import type { Request } from "express";
import { refusal } from "../errors/refusal.ts";
import type { HttpErrorCode } from "../internal/error-codes.ts";
import type { Upload } from "./multipart.ts";
import { isForbiddenName } from "./parse.ts";
import { storePart, type UploadedFile } from "./upload-file.ts";
import type { UploadPolicy } from "./upload-options.ts";

/** Flat, without a prototype, each sent once. */
export type Fields = Readonly<Record<string, string>>;

const MAX_NAME_LENGTH = 100;

/** One upload on its way to disk. It ends once, whatever ends first: the parser, a limit, the client or the clock. */
export class Reception {
  readonly #req: Request;
  readonly #policy: UploadPolicy;
  /** What all parts together may have; of a request that announces more, the fields alone. */
  readonly #limit: number;
  /** Set when a file cannot be taken whatever it is. Fields are read on, so that the form can be shown again. */
  readonly #noFiles: Error | undefined;
  readonly #fields = Object.create(null) as Record<string, string>;
  #remainingBytes: number;
  readonly #open = new Set<BusboyFileStream>();
  readonly #stored: Promise<UploadedFile | undefined>[] = [];
  #failure: Error | undefined = undefined;
  #ended = false;

  /** @param remainingBytes what the files of this user may still take */
  constructor(req: Request, policy: UploadPolicy, remainingBytes: number) {
    this.#req = req;
    this.#policy = policy;
    this.#remainingBytes = remainingBytes;
    const filesBytes = Math.max(0, Math.min(policy.maxFiles * policy.maxFileBytes, remainingBytes));
    const tooMuch = Number(req.headers["content-length"] ?? 0) > policy.maxFieldsBytes + filesBytes;
    this.#noFiles = tooMuch ? refused("UPLOAD_TOO_LARGE", "content-length") : undefined;
    this.#limit = policy.maxFieldsBytes + (tooMuch ? 0 : policy.maxFiles * policy.maxFileBytes);
  }

  /** The fields received so far. */
  get fields(): Fields {
    return this.#fields;
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
    await discardFiles(files);
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
        if (!(received <= this.#limit)) end(this.#noFiles ?? refused("UPLOAD_TOO_LARGE", "total"));
      };
      const closed = (): void => {
        if (!req.complete) end(refused("UPLOAD_ABORTED", "client"));
      };
      const timer = setTimeout(() => end(refused("REQUEST_TIMEOUT", "upload")), timeoutMs);
      parser.on("field", (name, value, nameCut, valueCut) => {
        const failure = this.#addField(name, value, nameCut || valueCut);
        if (failure !== undefined) end(failure);
      });
      // Its types say that a file has a field; `filename="a.png"` alone has none.
      parser.on("file", (field: string | undefined, stream, filename) => {
        if (field === undefined || field === "") {
          stream.resume();
          return end(refused("BODY_INVALID", "part without a name"));
        }
        if (field.length > MAX_NAME_LENGTH) end(refused("BODY_TOO_COMPLEX", "field-size"));
        if (isForbiddenName(field)) end(refused("BODY_FORBIDDEN_KEY", field.slice(0, 60)));
        if (!this.#ended) this.#addFile(field, stream, filename, end);
        else stream.resume();
      });
      for (const limit of ["partsLimit", "filesLimit", "fieldsLimit"] as const)
        parser.on(limit, () => end(refused("UPLOAD_TOO_LARGE", limit)));
      parser.on("error", () => end(refused("BODY_INVALID", "multipart")));
      parser.on("finish", () => end(this.#noFiles));
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
    if (this.#noFiles !== undefined) {
      stream.resume();
      end(this.#noFiles);
      return;
    }
    this.#open.add(stream);
    const stored = storePart({ field, filename, stream }, this.#policy, (bytes) => this.#take(bytes));
    stored.then(
      () => this.#open.delete(stream),
      (error: unknown) => end(storageFailure(error)),
    );
    this.#stored.push(stored);
  }

  /** Takes bytes off the quota, all files together. */
  #take(bytes: number): void {
    this.#remainingBytes -= bytes;
    // Written so that a quota of NaN refuses.
    if (!(this.#remainingBytes >= 0)) throw refused("UPLOAD_TOO_LARGE", "quota");
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

export async function discardFiles(files: readonly UploadedFile[]): Promise<void> {
  await Promise.all(files.map((file) => rm(file.path, { force: true })));
}

export function refused(code: HttpErrorCode, because: string): Error {
  return refusal(code, { because, headers: { Connection: "close" } });
}
