import { readInteger, readOptions, readStringArray } from "../internal/options.ts";

export interface BodyOptions {
  /** The largest JSON or form body, after decompression. @default 102_400 */
  readonly limitBytes?: number;
  /** The most keys of a body, nested ones included. @default 1000 */
  readonly maxKeys?: number;
  /** How deeply JSON may be nested. @default 20 */
  readonly maxDepth?: number;
  /** Form fields that may be sent more than once; they always become arrays. @default [] */
  readonly repeatable?: readonly string[];
}

export interface BodyPolicy {
  readonly limitBytes: number;
  readonly maxKeys: number;
  readonly maxDepth: number;
  readonly repeatable: ReadonlySet<string>;
}

const KNOWN = ["limitBytes", "maxKeys", "maxDepth", "repeatable"] as const;

/**
 * Turns the body options into a policy. Every limit is a finite number before the first request.
 *
 * @throws {ConfigError} `OPTION_RANGE`, `OPTION_UNKNOWN`, `OPTION_TYPE`
 */
export function parseBodyOptions(input: unknown, call = "body()"): BodyPolicy {
  const options = readOptions(input, KNOWN, { call });
  const integer = (key: "limitBytes" | "maxKeys" | "maxDepth", max: number, fallback: number): number =>
    readInteger(options[key], { min: 1, max, fallback }, { call, path: key });
  return {
    limitBytes: integer("limitBytes", 16 * 1024 * 1024, 102_400),
    maxKeys: integer("maxKeys", 100_000, 1000),
    maxDepth: integer("maxDepth", 100, 20),
    repeatable: new Set(readStringArray(options["repeatable"] ?? [], { call, path: "repeatable" })),
  };
}
