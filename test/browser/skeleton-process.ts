import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileOf, runFile } from "../support/run-child.ts";
import { type Cleanup, scratchFolder } from "../support/scratch.ts";
import { type ServerProcess, startServer } from "../support/server-process.ts";

/** The skeleton, however many processes it is. */
export interface Skeleton {
  readonly origin: string;
  readonly port: number;
  /** Its certificate, for a client that checks it; empty over plain http. */
  readonly certificate: string;
  readonly processes: readonly ServerProcess[];
  /** Who sees what browsers reported: whoever is on the machine that it is developed on, or its administrators. */
  readonly reportsAreOpen: boolean;
  /** Gives somebody with an account the role that sees the reports, by the skeleton's own command. */
  readonly makeAdmin: (email: string) => Promise<void>;
}

/** What a process of the skeleton is told. */
export interface Instructions {
  /** The path of its settings file. */
  readonly settings: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** Settings of every skeleton of these tests, with secrets of its own. */
export function commonSettings(): NodeJS.ProcessEnv {
  return {
    HOST: "127.0.0.1",
    APP_SECRETS: randomBytes(32).toString("base64url"),
    LOG_LEVEL: "info",
    // What the drop of root is worth is shown by test/privileges; here it would only change who owns the data.
    INSECURE_SERVE_AS_ROOT: String(process.getuid?.() === 0),
  };
}

/** One process of the skeleton; resolves once its port answers. */
export function startProcess(
  t: Cleanup,
  port: number,
  { settings, environment }: Instructions,
): Promise<ServerProcess> {
  return startServer(t, program("main.ts"), { port, awaitPort: true, args: [settings], env: environment });
}

export async function giveAdminRole(email: string, { settings, environment }: Instructions): Promise<void> {
  const args = [email, "admin", settings];
  const { code, stderr } = await runFile(program("accounts/role-command.ts"), {
    args,
    env: environment,
    limitMs: 60_000,
  });
  assert.equal(code, 0, stderr);
}

function program(name: string): string {
  return fileOf(`../../skeleton/src/${name}`, import.meta.url);
}

/** A settings file of its own: skeleton/.env, which `npm start` leaves behind, must not decide what is tested. */
export function emptySettings(t: Cleanup): string {
  const file = join(scratchFolder(t), "empty.env");
  writeFileSync(file, "");
  return file;
}
