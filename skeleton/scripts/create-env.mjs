// @ts-check
// Plain JavaScript without dependencies: it runs before anything is installed, on Node 20 too.
import { randomBytes } from "node:crypto";
import { closeSync, fchmodSync, openSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SECRET_BYTES = 32;
const UNPRIVILEGED_USER = "nobody";
/** The group of nobody on every Linux; it owns nothing. */
const UNPRIVILEGED_GROUP_ID = 65_534;
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
    "# For developing: /reports needs no account from this machine, on http://localhost. Remove it on a server.",
    "INSECURE_OPEN_REPORTS=true",
    ...(process.getuid?.() === 0 ? settingsForRoot() : []),
    "",
  ].join("\n");
}

/** @returns {string[]} */
function settingsForRoot() {
  const head = [
    "",
    "# Created by root. Better: start the application as an ordinary user, and remove what follows.",
  ];
  if (unprivilegedUserCanRead()) return [...head, `RUN_AS_USER=${UNPRIVILEGED_USER}`];
  return [
    ...head,
    `# The user "${UNPRIVILEGED_USER}" cannot read this folder, so the application keeps root's power.`,
    "# Never do that on a machine others can reach: move the folder, and set RUN_AS_USER instead.",
    "INSECURE_SERVE_AS_ROOT=true",
  ];
}

/**
 * Tries it as that user: whether a folder can be read depends on every folder above it.
 * @returns {boolean}
 */
function unprivilegedUserCanRead() {
  const groups = process.getgroups?.() ?? [];
  try {
    const probes = [
      join(SKELETON, "public", "style.css"),
      join(SKELETON, "views", "layout.pug"),
      expressFile(),
    ];
    process.setgroups?.([]);
    process.setegid?.(UNPRIVILEGED_GROUP_ID);
    process.seteuid?.(UNPRIVILEGED_USER);
    for (const file of probes) closeSync(openSync(file, "r"));
    return true;
  } catch {
    return false;
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
    process.setgroups?.(groups);
  }
}

/** @returns {string} */
function expressFile() {
  return createRequire(import.meta.url).resolve("express");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(
    createEnv() ? "Created .env with a generated secret.\n" : ".env exists; left as it is.\n",
  );
}
