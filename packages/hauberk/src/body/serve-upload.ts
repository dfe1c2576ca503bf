import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Response } from "express";
import { refusal } from "../errors/refusal.ts";
import { contextOf } from "../internal/context.ts";
import { displayName, type UploadType } from "./magic.ts";

export interface ServedUpload {
  /** The folder given to `body.multipart()`. */
  readonly directory: string;
  /** As `body.multipart()` gave it. */
  readonly id: string;
  readonly type: UploadType;
  readonly name: string;
  /** Shows an image in the page instead of downloading it; everything else is always downloaded. @default false */
  readonly inline?: boolean;
}

/**
 * Sends an uploaded file so that no browser runs what is in it: as what its bytes are, never sniffed, in a sandbox
 * without scripts, and as a download unless it is an image to be shown.
 *
 * Who may have the file is for the route to decide before.
 *
 * @throws {HttpError} `NOT_FOUND` when the id is none or the file is gone
 * @see RFC 6266; OWASP ASVS 5.0 v5.0.0-3.2.1, 5.4.1, 5.4.2
 * @example app.get("/files/:id", async (req, res) => serveUpload(res, { directory: "data/uploads", ...found }));
 */
export async function serveUpload(res: Response, upload: ServedUpload): Promise<void> {
  // "../../etc/passwd" is no id.
  if (!/^[0-9a-f]{32}$/.test(upload.id)) throw refusal("NOT_FOUND", { because: "upload-id" });
  const path = join(resolve(upload.directory), upload.id);
  const bytes = await sizeOf(path);
  const inline = upload.inline === true && upload.type.startsWith("image/");
  res.attachment(displayName(upload.name, upload.type));
  if (inline) {
    const disposition = String(res.getHeader("Content-Disposition")).replace(/^attachment/, "inline");
    res.setHeader("Content-Disposition", disposition);
  }
  res.setHeader("Content-Type", upload.type);
  res.setHeader("Content-Length", bytes);
  res.setHeader("X-Content-Type-Options", "nosniff");
  res.setHeader("Content-Security-Policy", "default-src 'none'; sandbox");
  res.setHeader("Cross-Origin-Resource-Policy", "same-origin");
  contextOf(res.req).personal = true;
  if (res.req.method === "HEAD") res.end();
  else await send(path, res);
}

async function send(path: string, res: Response): Promise<void> {
  try {
    await pipeline(createReadStream(path), res);
  } catch (error) {
    // A download that its user cut off is no failure of the application, and there is nobody left to answer.
    if (!(error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE"))
      throw error;
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    const file = await open(path, "r");
    const { size } = await file.stat();
    await file.close();
    return size;
  } catch (cause) {
    throw refusal("NOT_FOUND", { because: "upload-missing", cause });
  }
}
