import { ConfigError } from "hauberk/errors";
import { loadConfig } from "./config/load.ts";
import { SettingsError } from "./config/problem.ts";
import { ViewsError } from "./views/problem.ts";

try {
  // Another settings file than .env may be named: node src/main.ts /etc/app/settings.env
  const config = loadConfig(process.argv[2]);
  // Loaded second: a wrong setting is told at once.
  const { start } = await import("./start.ts");
  await start(config);
} catch (error) {
  // The operator reads the message; a stack says nothing more about a wrong setting.
  process.stderr.write(`${isExpected(error) ? error.message : describe(error)}\n`);
  process.exit(1);
}

function isExpected(error: unknown): error is Error {
  return error instanceof SettingsError || error instanceof ConfigError || error instanceof ViewsError;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
