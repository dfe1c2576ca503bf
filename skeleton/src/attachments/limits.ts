import type { UploadType } from "hauberk/body";

/** What can be attached to a note: told from the first bytes of a file, whatever its name says. */
export const ACCEPTED_TYPES: readonly UploadType[] = [
  "image/png",
  "image/jpeg",
  "image/webp",
  "image/gif",
  "application/pdf",
];

export const MAX_FILE_BYTES: number = 5 * 1024 * 1024;
export const MAX_FILES_AT_ONCE = 3;
/** Of one account, in each process: so many times the free bytes may be on the disk until their end is known. */
export const MAX_UPLOADS_AT_ONCE = 4;
/**
 * Of one account, in each process; more than a browser asks for at a time. Whoever reads slowly holds a file open as well as
 * a connection: five hundred such readers left no descriptor for anybody else.
 */
export const MAX_DOWNLOADS_AT_ONCE = 16;
/** Connections without a file; a page of many pictures, over a proxy that speaks HTTP/2, has so many. */
export const MAX_DOWNLOADS_WAITING = 200;
/** One account cannot fill the disk. */
export const QUOTA_BYTES: number = 25 * 1024 * 1024;
/** How long a whole upload may take: three full files over a line of one megabit a second. */
export const UPLOAD_SECONDS = 150;
