// `npm run reports -- [--json] [--clear] [settings file]`: what browsers reported, and what to do about it.
import { parseArgs } from "node:util";
import { ConfigError } from "hauberk/errors";
import { memoryReportStore, proposeChanges, reportCollector } from "hauberk/headers";
import { loadConfig } from "../config/load.ts";
import { SettingsError } from "../config/problem.ts";
import { createLogger } from "../logging/logger.ts";
import { openStorage } from "../storage/storage.ts";
import { HEADERS } from "./policy.ts";
import { textOf } from "./text.ts";
import { viewOf } from "./view.ts";

const USAGE = "usage: npm run reports -- [--json] [--clear] [settings file]\n";

try {
  process.exitCode = await run();
} catch (error) {
  const isExpected = error instanceof SettingsError || error instanceof ConfigError;
  process.stderr.write(`${isExpected ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function run(): Promise<number> {
  const given = readArguments();
  if (given === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const storage = await openStorage(loadConfig(given.file), createLogger("silent"));
  const store = storage.reportStore;
  try {
    if (given.clear) await store.clear();
    const [kinds, hours] = [await store.list(), await store.hours()];
    // A candidate needs somebody who takes its reports; here nothing is taken.
    const options = { ...HEADERS, reports: reportCollector({ store: memoryReportStore() }) };
    const proposal = proposeChanges(kinds, options);
    const view = viewOf(kinds, hours, proposal, { nowMs: Date.now(), span: "fortnight" });
    process.stdout.write(
      given.json ? `${JSON.stringify({ kinds, hours, proposal }, null, 2)}\n` : textOf(view),
    );
    return 0;
  } finally {
    await store.close?.();
    await storage.sessionStore.close?.();
    await storage.close();
  }
}

function readArguments(): { json: boolean; clear: boolean; file: string | undefined } | undefined {
  try {
    const options = {
      json: { type: "boolean", default: false },
      clear: { type: "boolean", default: false },
    } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    return positionals.length > 1 ? undefined : { ...values, file: positionals[0] };
  } catch {
    return undefined;
  }
}
