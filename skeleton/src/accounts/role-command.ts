// `npm run role -- ada@example.com admin [settings file]`: who may see the reports. The only way to become one.
import { loadConfig } from "../config/load.ts";
import { SettingsError } from "../config/problem.ts";
import { createLogger } from "../logging/logger.ts";
import { openStorage } from "../storage/storage.ts";
import { createUsers, isRole } from "./users.ts";

const USAGE = "usage: npm run role -- <e-mail> <admin|user> [settings file]\n";

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof SettingsError ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function run([email, role, file, ...rest]: readonly string[]): Promise<number> {
  if (email === undefined || !isRole(role) || rest.length > 0) {
    process.stderr.write(USAGE);
    return 2;
  }
  const { db, sessionStore, reportStore, close } = await openStorage(
    loadConfig(file),
    createLogger("silent"),
  );
  try {
    const found = await createUsers(db).setRole(email.toLowerCase(), role);
    if (found) process.stdout.write(`${email} is ${role} from the next request on.\n`);
    else process.stderr.write(`There is no account of ${email}.\n`);
    return found ? 0 : 1;
  } finally {
    await reportStore.close?.();
    await sessionStore.close?.();
    await close();
  }
}
