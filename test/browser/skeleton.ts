import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createCertificate } from "../support/certificate.ts";
import { freePort } from "../support/free-port.ts";
import { fileOf, runFile } from "../support/run-child.ts";
import { type Cleanup, scratchFolder } from "../support/scratch.ts";
import { type ServerProcess, startServer } from "../support/server-process.ts";

/** The host name of the skeleton when it serves https; every browser of these tests finds it on this machine. */
const APP_HOST = "app.test";

/** Starts the skeleton with an empty database: on http://localhost, as a developer has it. */
export function startSkeleton(t: Cleanup): Promise<Skeleton> {
  return start(t, "http://localhost", {});
}

/** Starts the skeleton with an empty database: on https://app.test, as its users have it. */
export async function startSecureSkeleton(t: Cleanup, host = APP_HOST): Promise<Skeleton> {
  const folder = scratchFolder(t);
  const { cert, key } = createCertificate([host]);
  const files = { TLS_CERT: join(folder, "cert.pem"), TLS_KEY: join(folder, "key.pem") };
  writeFileSync(files.TLS_CERT, cert);
  writeFileSync(files.TLS_KEY, key);
  const skeleton = await start(t, `https://${host}`, files);
  return { ...skeleton, certificate: cert };
}

/** The skeleton in a process of its own. */
export interface Skeleton extends ServerProcess {
  /** Gives somebody with an account the role that sees the reports, by the skeleton's own command. */
  readonly makeAdmin: (email: string) => Promise<void>;
  /** Its certificate, for a client that checks it; empty over plain http. */
  readonly certificate: string;
}

async function start(t: Cleanup, address: string, env: NodeJS.ProcessEnv): Promise<Skeleton> {
  const port = await freePort();
  const origin = `${address}:${port}`;
  const settings = emptySettings(t);
  const environment = {
    HOST: "127.0.0.1",
    ORIGIN: origin,
    DATA_DIR: scratchFolder(t),
    APP_SECRETS: randomBytes(32).toString("base64url"),
    LOG_LEVEL: "info",
    // What the drop of root is worth is shown by test/privileges; here it would only change who owns the data.
    INSECURE_SERVE_AS_ROOT: String(process.getuid?.() === 0),
    ...env,
  };
  const server = await startServer(t, program("main.ts"), {
    port,
    awaitPort: true,
    args: [settings],
    env: environment,
  });
  return {
    ...server,
    origin,
    certificate: "",
    makeAdmin: async (email) => {
      const args = [email, "admin", settings];
      const { code, stderr } = await runFile(program("accounts/role-command.ts"), { args, env: environment });
      assert.equal(code, 0, stderr);
    },
  };
}

function program(name: string): string {
  return fileOf(`../../skeleton/src/${name}`, import.meta.url);
}

/** A settings file of its own: skeleton/.env, which `npm start` leaves behind, must not decide what is tested. */
function emptySettings(t: Cleanup): string {
  const file = join(scratchFolder(t), "empty.env");
  writeFileSync(file, "");
  return file;
}
