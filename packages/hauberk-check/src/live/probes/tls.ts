import tls from "node:tls";
import { socketAddress } from "../address.ts";
import type { CertificateFacts, TlsFacts } from "../tls-facts.ts";

const OLD: readonly tls.SecureVersion[] = ["TLSv1", "TLSv1.1"];
const LIMIT_MS = 3_000;
/** Key exchanges where the server's own key opens what was recorded. */
const WITHOUT_FORWARD_SECRECY = "kRSA:@SECLEVEL=0";

/** Shakes hands in several ways; `undefined` for plain HTTP, and for a server that agrees to nothing. */
export async function tlsAnswers(origin: URL): Promise<TlsFacts | undefined> {
  if (origin.protocol !== "https:") return undefined;
  const usual = await shake(origin, {});
  if (usual === undefined) return undefined;
  const old: string[] = [];
  for (const version of OLD) {
    // Without the level the own library refuses before the server is asked.
    const asked = { minVersion: version, maxVersion: version, ciphers: "DEFAULT:@SECLEVEL=0" };
    if ((await shake(origin, asked)) !== undefined) old.push(version);
  }
  const weak = await shake(origin, { maxVersion: "TLSv1.2", ciphers: WITHOUT_FORWARD_SECRECY });
  return { oldProtocols: old, agreesWithoutForwardSecrecy: weak !== undefined, ...usual };
}

type Shaken = Pick<TlsFacts, "cipher" | "certificate">;

async function shake(origin: URL, options: tls.ConnectionOptions): Promise<Shaken | undefined> {
  const address = socketAddress(origin);
  const { host } = address;
  return new Promise((resolve) => {
    const socket = tls.connect({
      ...address,
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
      rejectUnauthorized: false,
      ...options,
    });
    socket.setTimeout(LIMIT_MS, () => socket.destroy());
    socket.once("secureConnect", () => {
      resolve({ cipher: socket.getCipher().name, certificate: certificateOf(socket, host) });
      socket.destroy();
    });
    socket.once("error", () => {
      resolve(undefined);
    });
    socket.once("close", () => {
      resolve(undefined);
    });
  });
}

function certificateOf(socket: tls.TLSSocket, host: string): CertificateFacts | undefined {
  const shown = socket.getPeerCertificate();
  if (Object.keys(shown).length === 0) return undefined;
  const names = (shown.subjectaltname ?? "")
    .split(", ")
    .map((one) => one.replace(/^(?:DNS|IP Address):/, ""));
  return {
    validFrom: Date.parse(shown.valid_from),
    validTo: Date.parse(shown.valid_to),
    names: names.filter((one) => one !== ""),
    isForHost: tls.checkServerIdentity(host, shown) === undefined,
  };
}
