import bodyParser from "body-parser";
import type { Request, Response } from "express";
import type { HttpError } from "../errors/http-error.ts";
import { refusal } from "../errors/refusal.ts";
import type { HttpErrorCode } from "../internal/error-codes.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Reads a whole body as bytes; Express's own body-parser reads, inflates and counts. */
export type ReadBody = (req: Request, res: Response) => Promise<Buffer | undefined>;

/** @returns undefined when no body was announced */
export function createReader(limitBytes: number): ReadBody {
  const read = bodyParser.raw({ type: () => true, limit: limitBytes, inflate: true });
  return (req, res) =>
    new Promise((resolve, reject) => {
      read(req, res, (error?: unknown) => {
        if (error !== undefined && error !== null) return reject(unreadable(error));
        const bytes: unknown = req.body;
        resolve(Buffer.isBuffer(bytes) ? bytes : undefined);
      });
    });
}

/** body-parser's errors carry a status; anything else it might throw here is still the client's doing. */
export function unreadable(error: unknown): HttpError {
  const { status, type } = error as { readonly status?: number; readonly type?: string };
  const code: HttpErrorCode =
    status === 413 ? "BODY_TOO_LARGE" : status === 415 ? "BODY_TYPE_UNSUPPORTED" : "BODY_INVALID";
  return refusal(code, { because: type ?? "unreadable", cause: error });
}

/** @returns undefined for bytes that are no UTF-8: "%c0%af" in raw bytes, UTF-16, cut sequences */
export function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
