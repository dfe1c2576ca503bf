// @ts-check
// Plain JavaScript without dependencies: it runs before anything is installed, on Node 20 too.
import { randomBytes } from "node:crypto";
import { closeSync, fchmodSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SECRET_BYTES = 32;
const SKELETON = fileURLToPath(new URL("..", import.meta.url));

/**
 * Creates the settings file `.env` with a freshly generated secret, readable by its owner alone.
 * An existing file is left as it is.
 *
 * @param {{ directory?: string }} [options] `directory`: where to write it; the skeleton's folder unless told otherwise.
 * @returns {boolean} Whether a file was created.
 */
export function createEnv(options = {}) {
  const descriptor = openNew(join(options.directory ?? SKELETON, ".env"));
  if (descriptor === undefined) return false;
  try {
    // The umask may have taken bits away, never added any; this gives the owner's back.
    fchmodSync(descriptor, 0o600);
    writeSync(descriptor, contents());
  } finally {
    closeSync(descriptor);
  }
  return true;
}

/**
 * @param {string} file
 * @returns {number | undefined} undefined when the file exists.
 */
function openNew(file) {
  try {
    // "wx" fails on an existing file and on a symbolic link somebody planted there.
    return openSync(file, "wx", 0o600);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return undefined;
    throw error;
  }
}

/** @returns {string} */
function contents() {
  return [
    "# Settings of this installation. Every variable is explained in .env.example.",
    "# Keep this file out of version control.",
    `APP_SECRETS=${randomBytes(SECRET_BYTES).toString("base64url")}`,
    "",
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(
    createEnv() ? "Created .env with a generated secret.\n" : ".env exists; left as it is.\n",
  );
}
