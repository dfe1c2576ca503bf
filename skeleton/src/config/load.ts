import cluster from "node:cluster";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { type Config, ROOT, readConfig } from "./config.ts";
import { SettingsError } from "./problem.ts";

/**
 * Reads `skeleton/.env`, when there is one, and the environment.
 *
 * A worker is started after root was given up and may not read the file: it gets what the primary read.
 * @throws {SettingsError} when the file cannot be read or a setting is wrong.
 */
export function loadConfig(file: string = join(ROOT, ".env")): Config {
  if (cluster.isWorker) return readConfig("", process.env);
  const text = readEnvFile(file);
  const config = readConfig(text, process.env);
  if (config.workers !== undefined) handToWorkers(text);
  return config;
}

/** Workers inherit the environment, and nothing else of this process. */
function handToWorkers(envFile: string): void {
  for (const [name, value] of Object.entries(parseEnv(envFile)))
    if ((process.env[name] ?? "") === "") process.env[name] = value;
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
