import { isAscii } from "node:buffer";
import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { foreignEncoding } from "../files/discover.ts";
import { glanceAt } from "../model/selection.ts";
import type { SharedTexts } from "./shared-texts.ts";

/**
 * Reads the files of a list in its order, and glances at them, into memory that another thread takes them from; until it comes to
 * what that thread, which goes from the end to the beginning, has asked for.
 */
export function readAll(
  root: string,
  paths: readonly string[],
  texts: SharedTexts,
  maxFileBytes: number,
): void {
  const room = Buffer.alloc(maxFileBytes + 1);
  for (let at = 0; at < texts.reached; at += 1) {
    const data = contentOf(join(root, paths[at] ?? ""), room);
    // Anything but ASCII can be decoded in more than one way, so that is left to the one who always decodes it.
    if (data === undefined || !isAscii(data)) continue;
    const text = data.toString("latin1");
    if (foreignEncoding(text) === undefined && !texts.put(at, data, glanceAt(text))) break;
  }
}

/** What cannot be read, or fills the room, is left to the thread that reports it. */
function contentOf(path: string, room: Buffer): Buffer | undefined {
  try {
    const file = openSync(path, "r");
    try {
      const length = readSync(file, room);
      return length === room.length ? undefined : room.subarray(0, length);
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}
