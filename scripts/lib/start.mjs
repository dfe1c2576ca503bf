// @ts-check
import { join } from "node:path";
import { Failure, exitWith } from "./failure.mjs";
import { ensureInstalled } from "./install.mjs";
import { root } from "./paths.mjs";
import { serve } from "./serve.mjs";

const skeleton = join(root, "skeleton");

/** @returns {Promise<void>} */
export function main() {
  return exitWith(async () => {
    const runtime = await ensureInstalled();
    await ensureSettings();
    return serve(runtime, [
      "--conditions=source",
      "--disable-warning=ExperimentalWarning",
      join(skeleton, "src", "main.ts"),
    ]);
  });
}

async function ensureSettings() {
  const { createEnv } = await import("../../skeleton/scripts/create-env.mjs");
  try {
    if (createEnv({ directory: skeleton })) console.log("Created skeleton/.env with generated secrets.");
  } catch (error) {
    throw new Failure("SETTINGS_NOT_WRITTEN", {
      what: `${join(skeleton, ".env")} could not be created.`,
      why: "the application does not start without a secret of its own.",
      fix: "run as the owner of this folder, or clone the repository into a folder you can write to.",
      output: error instanceof Error ? error.message : "",
    });
  }
}
