import { open, type FileHandle } from "node:fs/promises";
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
  const { file, bytes } = await openUpload(join(resolve(upload.directory), upload.id));
  try {
    writeHead(res, upload, bytes);
    if (res.req.method === "HEAD") res.end();
    else await send(file, res);
  } finally {
    await file.close();
  }
}

function writeHead(res: Response, upload: ServedUpload, bytes: number): void {
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
}

async function send(file: FileHandle, res: Response): Promise<void> {
  try {
    await pipeline(file.createReadStream({ autoClose: false }), res);
  } catch (error) {
    // A download that its user cut off is no failure of the application, and there is nobody left to answer.
    if (!(error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE"))
      throw error;
  }
}

/** Opened once: what is measured is what is sent, though the name may lead to something else by then. */
async function openUpload(path: string): Promise<{ readonly file: FileHandle; readonly bytes: number }> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    const found = await file.stat();
    // A folder opens like a file, and fails when it is read.
    if (found.isFile()) return { file, bytes: found.size };
  } catch (cause) {
    await file?.close();
    // A process without a descriptor left must not say that the file is gone: its owner would upload it again.
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    throw refusal("NOT_FOUND", { because: "upload-missing", cause });
  }
  await file.close();
  throw refusal("NOT_FOUND", { because: "upload-missing" });
}
