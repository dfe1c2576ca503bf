import { randomBytes } from "node:crypto";
import { open, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { BusboyFileStream } from "@fastify/busboy";
import { refusal } from "../errors/refusal.ts";
import { detectType, displayName, HEAD_BYTES, type UploadType } from "./magic.ts";
import type { UploadPolicy } from "./upload-options.ts";

/** A file that was taken and stored. Keep `id`, `type` and `name`: `serveUpload` needs them. */
export interface UploadedFile {
  /** The name of the field it came in. */
  readonly field: string;
  /** 128 random bits in hexadecimal: the name of the file in the folder. */
  readonly id: string;
  /** What the file is by its first bytes. */
  readonly type: UploadType;
  /** The client's name for it, safe to show and to download under. */
  readonly name: string;
  readonly bytes: number;
  readonly path: string;
}

/**
 * Writes one part to a file of its own, as it arrives. Only the owner may read it, the name is random, and nothing is
 * left of it when anything goes wrong.
 *
 * @param take told of all bytes before they are written; throws when there is no room for them
 */
export async function storePart(
  part: { readonly field: string; readonly filename: string; readonly stream: BusboyFileStream },
  policy: UploadPolicy,
  take: (bytes: number) => void,
): Promise<UploadedFile> {
  const id = randomBytes(16).toString("hex");
  const path = join(policy.directory, id);
  // "wx": never follow or overwrite what is there already.
  const file = await open(path, "wx", 0o600);
  try {
    const { type, bytes } = await copy(part.stream, file, policy, take);
    await file.close();
    return { field: part.field, id, type, name: displayName(part.filename, type), bytes, path };
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
}

async function copy(
  stream: BusboyFileStream,
  file: FileHandle,
  policy: UploadPolicy,
  take: (bytes: number) => void,
): Promise<{ type: UploadType; bytes: number }> {
  let head: Buffer = Buffer.alloc(0);
  let type: UploadType | undefined;
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    take(chunk.length);
    if (type === undefined) {
      head = Buffer.concat([head, chunk]);
      if (head.length < HEAD_BYTES) continue;
      type = accepted(head, policy);
      await file.writeFile(head);
      bytes += head.length;
    } else {
      await file.writeFile(chunk);
      bytes += chunk.length;
    }
  }
  if (stream.truncated) throw refusal("UPLOAD_TOO_LARGE", { because: "file" });
  // Shorter than any real file of these types; its type was never asked for.
  if (type === undefined) throw refusal("UPLOAD_TYPE_REFUSED", { because: "too-short" });
  return { type, bytes };
}

function accepted(head: Buffer, policy: UploadPolicy): UploadType {
  const type = detectType(head);
  if (type !== undefined && policy.accept.has(type)) return type;
  throw refusal("UPLOAD_TYPE_REFUSED", { because: type ?? "unknown-type" });
}
