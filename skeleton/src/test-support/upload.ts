import type { Visitor } from "./visitor.ts";
import { tokenOf } from "./visitor.ts";

/** A file to be attached: bytes, and what the client says about them. */
export interface Upload {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer> | string;
  readonly type?: string;
}

export const PNG: Uint8Array<ArrayBuffer> = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
export const PDF = "%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF";

/** A real picture, made as large as is wanted by bytes that no decoder looks at. */
export function pngOf(bytes: number): Uint8Array<ArrayBuffer> {
  return Buffer.concat([PNG, Buffer.alloc(bytes - PNG.length)]);
}

/** Sends a note with files the way a browser's form does; fields come first, as on the page. */
export async function sendNote(
  visitor: Visitor,
  action: string,
  fields: Readonly<Record<string, string>>,
  files: readonly Upload[],
): Promise<Awaited<ReturnType<Visitor["post"]>>> {
  const form = new FormData();
  form.append("_csrf", tokenOf((await visitor.get("/notes/new")).text));
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const { name, bytes, type = "image/png" } of files)
    form.append("files", new File([bytes], name, { type }), name);
  return visitor.post(action, form, { "sec-fetch-site": "same-origin" });
}

/** What a file begins with in the body that `headOfUpload` announces. */
export const FILE_PART = '--xyz\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n';

/** The head of a form with files, for a connection that sends the rest in its own time. */
export function headOfUpload(
  origin: string,
  visitor: Visitor,
  { path = "/notes", contentLength }: { readonly path?: string; readonly contentLength: number },
): string {
  const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const lines = [
    `POST ${path} HTTP/1.1`,
    `Host: ${new URL(origin).host}`,
    "Sec-Fetch-Site: same-origin",
    "Connection: close",
    `Cookie: ${cookie}`,
    `Content-Length: ${contentLength}`,
    "Content-Type: multipart/form-data; boundary=xyz",
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}
