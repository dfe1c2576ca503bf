import { existsSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { ConfigError } from "../errors/config-error.ts";
import { readBoolean, readInteger, readOptions, readString } from "../internal/options.ts";
import { fingerprintFolder, type Assets } from "./assets.ts";

export interface StaticOptions {
  /** The folder of files anybody may have: styles, images, favicon.ico. */
  readonly directory: string;
  /** How long a browser may use a file without asking; one with a fingerprint, see `asset()`, for ever. @default 3600 */
  readonly maxAgeSeconds?: number;
  /**
   * Lets the inline scripts and styles of the folder's HTML run, by their hashes at start. Only for a folder that nobody
   * uploads to: what is in it at the next start would be trusted. @default false
   */
  readonly hashInlineHtml?: boolean;
}

export interface StaticPolicy {
  readonly directory: string;
  readonly maxAgeSeconds: number;
  /** The files as they are at start, by what is in them. */
  readonly assets: Assets;
}

/** Files that are in a project's root and never in a public folder. */
const PROJECT_FILES = ["package.json", "node_modules", ".git", ".env", "tsconfig.json"];

/**
 * Turns the options for static files into a policy.
 *
 * @throws {ConfigError} `STATIC_INVALID` when the folder is missing, or is the project's own root
 * @see OWASP ASVS 5.0 v5.0.0-13.4.1 and 13.4.7
 */
export function parseStaticOptions(input: unknown, call: string): StaticPolicy {
  const options = readOptions(input, ["directory", "maxAgeSeconds", "hashInlineHtml"], {
    call,
    path: "static",
  });
  const directory = path.resolve(readString(options["directory"], { call, path: "static.directory" }));
  const range = { min: 0, max: 31_536_000, fallback: 3600 };
  const maxAgeSeconds = readInteger(options["maxAgeSeconds"], range, { call, path: "static.maxAgeSeconds" });
  if (!existsSync(directory) || !statSync(directory).isDirectory()) {
    throw invalid(call, `the folder ${JSON.stringify(directory)} does not exist`);
  }
  const exposed = PROJECT_FILES.find((name) => existsSync(path.join(directory, name)));
  if (exposed !== undefined) throw invalid(call, `the folder ${JSON.stringify(directory)} holds ${exposed}`);
  const real = realpathSync(directory);
  const hashInlineHtml = readBoolean(options["hashInlineHtml"], false, {
    call,
    path: "static.hashInlineHtml",
  });
  return { directory: real, maxAgeSeconds, assets: fingerprintFolder(real, { hashInlineHtml }) };
}

function invalid(call: string, what: string): ConfigError {
  return new ConfigError("STATIC_INVALID", {
    what: `${call}: option "static.directory": ${what}.`,
    why: "everything in this folder can be downloaded by anybody.",
    fix: 'give a folder of its own, for example new URL("../public", import.meta.url).pathname.',
  });
}
