import { statSync } from "node:fs";
import { emitEvent } from "../events/index.ts";
import type { TlsOptions } from "./tls-options.ts";
import { loadCertificates, type Certificate } from "./tls.ts";

const CHECK_MS = 10_000;

/**
 * Reads the certificates again on SIGHUP and when one of the files has changed. One that cannot be used is told in an
 * event, and the one in use stays.
 *
 * @returns a function that stops it
 */
export function reloadCertificates(
  files: readonly TlsOptions[],
  use: (certificates: readonly Certificate[]) => void,
  { checkMs = CHECK_MS, onHangUp = true }: { checkMs?: number; onHangUp?: boolean } = {},
): () => void {
  let seen = fingerprint(files);
  function reload(): void {
    try {
      const certificates = loadCertificates(files);
      use(certificates);
      const until = certificates.map((each) => each.validTo.slice(0, 10)).join(", ");
      emitEvent("server.certificate-reloaded", { because: `valid until ${until}` });
    } catch (error) {
      emitEvent("server.certificate-rejected", {
        because: "the certificate in use stays",
        error,
      });
    }
  }
  function check(): void {
    const now = fingerprint(files);
    if (now === seen) return;
    seen = now;
    reload();
  }
  const timer = setInterval(check, checkMs).unref();
  if (onHangUp) process.on("SIGHUP", reload);
  return () => {
    clearInterval(timer);
    process.off("SIGHUP", reload);
  };
}

function fingerprint(files: readonly TlsOptions[]): string {
  return files.flatMap(({ certFile, keyFile }) => [stateOf(certFile), stateOf(keyFile)]).join();
}

/** Follows links, as certbot's `live` folder consists of them; a file that is missing for a moment is a change, too. */
function stateOf(file: string): string {
  try {
    const { mtimeMs, ino, size } = statSync(file);
    return `${mtimeMs} ${ino} ${size}`;
  } catch {
    return "missing";
  }
}
