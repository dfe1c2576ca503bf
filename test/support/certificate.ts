import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isIPv4 } from "node:net";

/** A self-signed certificate and its key, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/**
 * Makes a certificate for some host names, valid from a month ago to a month ahead.
 * Built by hand so that no test needs openssl and no private key lies in the repository.
 * @see RFC 5280 section 4.1
 */
export function createCertificate(
  hostNames: readonly string[],
  { lastDay = 30, kind = "ec" }: { readonly lastDay?: number; readonly kind?: "ec" | "rsa" } = {},
): Certificate {
  const { publicKey, privateKey } =
    kind === "ec"
      ? generateKeyPairSync("ec", { namedCurve: "P-256" })
      : generateKeyPairSync("rsa", { modulusLength: 2048 });
  const algorithm = kind === "ec" ? OID_ECDSA_SHA256 : OID_RSA_SHA256;
  const name = sequence(set(sequence(OID_COMMON_NAME, der(0x0c, Buffer.from(hostNames[0] ?? "test")))));
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    sequence(algorithm),
    name,
    sequence(time(-30), time(lastDay)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(sequence(OID_SUBJECT_ALT_NAME, der(0x04, sequence(...hostNames.map(hostNameOf)))))),
  );
  const signature = sign("sha256", toBeSigned, privateKey);
  const certificate = sequence(
    toBeSigned,
    sequence(algorithm),
    der(0x03, Buffer.concat([Buffer.of(0), signature])),
  );
  return { cert: pem(certificate), key: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
}

const OID_COMMON_NAME = Buffer.from("0603550403", "hex");
const OID_SUBJECT_ALT_NAME = Buffer.from("0603551d11", "hex");
/** With the NULL that RFC 4055 section 5 asks for. */
const OID_RSA_SHA256 = Buffer.from("06092a864886f70d01010b0500", "hex");
const OID_ECDSA_SHA256 = Buffer.from("06082a8648ce3d040302", "hex");

function der(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag), lengthOf(content), content]);
}

function lengthOf(content: Buffer): Buffer {
  if (content.length < 0x80) return Buffer.of(content.length);
  return content.length < 0x100
    ? Buffer.of(0x81, content.length)
    : Buffer.of(0x82, content.length >> 8, content.length & 0xff);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function set(...parts: readonly Buffer[]): Buffer {
  return der(0x31, Buffer.concat(parts));
}

function hostNameOf(host: string): Buffer {
  return isIPv4(host) ? der(0x87, Buffer.from(host.split(".").map(Number))) : der(0x82, Buffer.from(host));
}

/** A UTCTime some days from now. */
function time(days: number): Buffer {
  const iso = new Date(Date.now() + days * 86_400_000).toISOString();
  return der(0x17, Buffer.from(`${iso.slice(2, 19).replaceAll(/[-:T]/g, "")}Z`));
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}
