import { readFileSync, writeFileSync } from "node:fs";
import { UsageError } from "./values.ts";

/** What stands in a file that an option names. */
export function readGiven(option: string, path: string): string {
  return orSay(option, path, "read", () => readFileSync(path, "utf8"));
}

/** Writes the file that an option names. */
export function writeGiven(option: string, path: string, text: string): void {
  orSay(option, path, "written", () => {
    writeFileSync(path, text);
  });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is a file",
  EACCES: "it is not allowed",
  EPERM: "it is not allowed",
  EROFS: "the disk can only be read",
  ENOSPC: "the disk is full",
};

/** A path typed wrong is the caller's to mend, not a fault of the checker. */
function orSay<T>(option: string, path: string, what: "read" | "written", run: () => T): T {
  try {
    return run();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const hint = option === "--baseline" && what === "read" ? "; --update-baseline writes it" : "";
    throw new UsageError(
      `${option} ${path} cannot be ${what}: ${REASONS[code] ?? (code === "" ? String(error) : code)}${code === "ENOENT" ? hint : ""}`,
    );
  }
}
