// A process that opens the storage in every folder it is told, and answers what became of it.
import { readConfig } from "../config/config.ts";
import { createLogger } from "../logging/logger.ts";
import { openStorage } from "../storage/storage.ts";

const APP_SECRETS = "q5Zr0m2Xc8vYH1tKfLw7BnJ3dPsEuGiA9oRyTxMzQk4";

process.on("message", (directory) => {
  void openAndClose(String(directory)).then(answer, (error: unknown) => answer(String(error)));
});
answer("ready");

async function openAndClose(directory: string): Promise<string> {
  const config = readConfig("", { APP_SECRETS, DATA_DIR: directory });
  const storage = await openStorage(config, createLogger("silent"));
  await storage.sessionStore.close?.();
  await storage.reportStore.close?.();
  await storage.close();
  return "opened";
}

function answer(text: string): void {
  process.send?.(text);
}
