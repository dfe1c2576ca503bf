import { accessSync, constants, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Request } from "express";
import { ConfigError } from "../errors/config-error.ts";
import {
  readFunction,
  readInteger,
  readOptions,
  readString,
  readStringArray,
  wrongType,
} from "../internal/options.ts";
import { UPLOAD_TYPES, type UploadType } from "./magic.ts";

export interface UploadOptions {
  /** Where files are kept: an existing folder that no server serves, such as `data/uploads`. */
  readonly directory: string;
  /** The types taken, told from the first bytes of a file. */
  readonly accept: readonly UploadType[];
  /** @default 5_242_880 (5 MiB) */
  readonly maxFileBytes?: number;
  /** @default 1 */
  readonly maxFiles?: number;
  /** Fields besides the files. @default 20 */
  readonly maxFields?: number;
  /** The largest field. @default 20_000 */
  readonly maxFieldBytes?: number;
  /** How long an upload may take as a whole. @default 120 */
  readonly timeoutSeconds?: number;
  /**
   * How many bytes of files this user may still store; asked before the first byte is read. Two uploads at once are told
   * the same: what is stored for good is for the route to count again, in the transaction that notes it down.
   */
  readonly remainingBytes?: (req: Request) => number | Promise<number>;
}

export interface UploadPolicy {
  readonly directory: string;
  readonly accept: ReadonlySet<UploadType>;
  readonly maxFileBytes: number;
  readonly maxFiles: number;
  readonly maxFields: number;
  readonly maxFieldBytes: number;
  /** All fields together, and what boundaries, names and headers of all parts add. */
  readonly maxFieldsBytes: number;
  readonly timeoutMs: number;
  readonly remainingBytes: (req: Request) => number | Promise<number>;
}

const KNOWN = [
  "directory",
  "accept",
  "maxFileBytes",
  "maxFiles",
  "maxFields",
  "maxFieldBytes",
  "timeoutSeconds",
  "remainingBytes",
] as const;

/** What boundaries, names and headers of parts add to their content. */
const OVERHEAD_BYTES_PER_PART = 2048;

/**
 * Turns the upload options into a policy. Everything is finite, and so is the sum of it.
 *
 * @throws {ConfigError} `UPLOAD_DIRECTORY_INVALID`, `OPTION_RANGE`, `OPTION_TYPE`, `OPTION_UNKNOWN`
 */
export function parseUploadOptions(input: unknown, call: string): UploadPolicy {
  const options = readOptions(input, KNOWN, { call });
  const integer = (path: (typeof KNOWN)[number], max: number, fallback: number): number =>
    readInteger(options[path], { min: 1, max, fallback }, { call, path });
  const maxFileBytes = integer("maxFileBytes", 2 ** 32, 5 * 1024 * 1024);
  const maxFiles = integer("maxFiles", 100, 1);
  const maxFields = integer("maxFields", 1000, 20);
  const maxFieldBytes = integer("maxFieldBytes", 1_000_000, 20_000);
  const remaining = readFunction(options["remainingBytes"], { call, path: "remainingBytes" });
  return {
    directory: readDirectory(options["directory"], call),
    accept: readTypes(options["accept"], call),
    maxFileBytes,
    maxFiles,
    maxFields,
    maxFieldBytes,
    maxFieldsBytes: maxFields * maxFieldBytes + (maxFiles + maxFields + 1) * OVERHEAD_BYTES_PER_PART,
    timeoutMs: integer("timeoutSeconds", 3600, 120) * 1000,
    remainingBytes: (remaining as UploadPolicy["remainingBytes"] | undefined) ?? (() => Infinity),
  };
}

function readTypes(value: unknown, call: string): ReadonlySet<UploadType> {
  const place = { call, path: "accept" };
  const names = readStringArray(value, place);
  const types = UPLOAD_TYPES.filter((type) => names.includes(type));
  if (names.length > 0 && types.length === names.length) return new Set(types);
  throw wrongType(value, `some of ${UPLOAD_TYPES.join(", ")}`, place);
}

function readDirectory(value: unknown, call: string): string {
  const directory = resolve(readString(value, { call, path: "directory" }));
  try {
    if (!statSync(directory).isDirectory()) throw new Error("it is no folder");
    accessSync(directory, constants.W_OK | constants.X_OK);
    return directory;
  } catch (cause) {
    throw new ConfigError(
      "UPLOAD_DIRECTORY_INVALID",
      {
        what: `${call}: the folder ${JSON.stringify(directory)} cannot be used: ${cause instanceof Error ? cause.message : "unknown"}.`,
        why: "the first upload would fail, long after the start.",
        fix: "make a folder that this user may write and that no server serves, for example data/uploads with mode 0700.",
      },
      { cause },
    );
  }
}
