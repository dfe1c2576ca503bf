import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createCertificate } from "../support/certificate.ts";
import { freePort } from "../support/free-port.ts";
import { fileOf } from "../support/run-child.ts";
import { type Cleanup, scratchFolder } from "../support/scratch.ts";
import { type ServerProcess, startServer } from "../support/server-process.ts";

/** The host name of the skeleton when it serves https; every browser of these tests finds it on this machine. */
const APP_HOST = "app.test";

/** Starts the skeleton with an empty database: on http://localhost, as a developer has it. */
export function startSkeleton(t: Cleanup): Promise<ServerProcess> {
  return start(t, "http://localhost", {});
}

/** Starts the skeleton with an empty database: on https://app.test, as its users have it. */
export function startSecureSkeleton(t: Cleanup): Promise<ServerProcess> {
  const folder = scratchFolder(t);
  const { cert, key } = createCertificate([APP_HOST]);
  const files = { TLS_CERT: join(folder, "cert.pem"), TLS_KEY: join(folder, "key.pem") };
  writeFileSync(files.TLS_CERT, cert);
  writeFileSync(files.TLS_KEY, key);
  return start(t, `https://${APP_HOST}`, files);
}

async function start(t: Cleanup, address: string, env: NodeJS.ProcessEnv): Promise<ServerProcess> {
  const port = await freePort();
  const origin = `${address}:${port}`;
  const server = await startServer(t, fileOf("../../skeleton/src/main.ts", import.meta.url), {
    port,
    awaitPort: true,
    env: {
      HOST: "127.0.0.1",
      ORIGIN: origin,
      DATA_DIR: scratchFolder(t),
      APP_SECRETS: randomBytes(32).toString("base64url"),
      LOG_LEVEL: "error",
      // What the drop of root is worth is shown by test/privileges; here it would only change who owns the data.
      INSECURE_SERVE_AS_ROOT: String(process.getuid?.() === 0),
      ...env,
    },
  });
  return { ...server, origin };
}
