import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Config, ROOT, readConfig } from "./config.ts";
import { SettingsError } from "./problem.ts";

/**
 * Reads `skeleton/.env`, when there is one, and the environment.
 * @throws {SettingsError} when the file cannot be read or a setting is wrong.
 */
export function loadConfig(file: string = join(ROOT, ".env")): Config {
  return readConfig(readEnvFile(file), process.env);
}

function readEnvFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    if (code === "ENOENT") return "";
    throw new SettingsError([
      {
        code: "SETTINGS_UNREADABLE",
        what: `${file} exists and cannot be read (${code}).`,
        why: "the application would start with other settings than the ones written down.",
        fix: "make the file readable for the user who starts the application, or remove it.",
      },
    ]);
  }
}
