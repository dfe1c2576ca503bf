import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import type { SecureContextOptions } from "node:tls";
import { ConfigError } from "../errors/config-error.ts";
import type { TlsOptions } from "./tls-options.ts";

/** Forward secrecy and authenticated encryption only; TLS 1.3's suites are all of that kind. RFC 9325 section 4.2. */
const CIPHERS = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");

/** Below this an RSA key can be broken by somebody who wants to. NIST SP 800-131A. */
const MIN_RSA_BITS = 2048;

/** A certificate that may be served, read while the process still may. Plain text, so that it can be sent to a worker. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  /** Host names it is for, in lower case, as `app.example` or `*.app.example`. */
  readonly names: readonly string[];
  /** ISO 8601. */
  readonly validTo: string;
}

/**
 * Reads and checks the certificates before anything is bound.
 *
 * @throws {ConfigError} `CERTIFICATE_INVALID` when one is unreadable, not PEM, not the key's, weak, or not valid today
 */
export function loadCertificates(
  files: readonly TlsOptions[],
  now: Date = new Date(),
): readonly Certificate[] {
  return files.map((each) => loadCertificate(each, now));
}

/** What every connection is encrypted with. */
export function secureContextOptions({ cert, key }: Certificate): SecureContextOptions {
  return { cert, key, minVersion: "TLSv1.2", ciphers: CIPHERS, honorCipherOrder: true };
}

/** @throws {ConfigError} `CERTIFICATE_INVALID` when browsers would refuse the site under one of its own names */
export function assertNamesCovered(certificates: readonly Certificate[], hosts: readonly string[]): void {
  const missing = hosts.find(
    (host) => !certificates.some(({ cert }) => covers(new X509Certificate(cert), host)),
  );
  if (missing === undefined) return;
  const names = certificates.flatMap((each) => each.names).join(", ");
  throw invalid(
    `no certificate is for ${missing}, which "origins" says is served here; there is ${names === "" ? "none with a name" : names}`,
    "issue one that names every host of the https origins.",
  );
}

function covers(certificate: X509Certificate, host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, "$1");
  return (isIP(address) === 0 ? certificate.checkHost(address) : certificate.checkIP(address)) !== undefined;
}

function loadCertificate(files: TlsOptions, now: Date): Certificate {
  const cert = readPem(files.certFile, "tls.certFile");
  const key = readPem(files.keyFile, "tls.keyFile");
  const certificate = checkPair(cert, key, files);
  checkStrength(certificate);
  const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
  // Written so that an unreadable date counts as expired.
  if (!(from <= now && now < to)) {
    throw invalid(
      `the certificate is valid from ${certificate.validFrom} to ${certificate.validTo}`,
      "renew it, or set the clock right.",
    );
  }
  return { cert, key, names: namesOf(certificate), validTo: to.toISOString() };
}

function readPem(file: string, option: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw invalid(
      `${option} ${JSON.stringify(file)} cannot be read`,
      "check the path and that this user may read it.",
      cause,
    );
  }
}

function checkPair(cert: string, key: string, files: TlsOptions): X509Certificate {
  let certificate: X509Certificate;
  let matches: boolean;
  try {
    certificate = new X509Certificate(cert);
    matches = certificate.checkPrivateKey(createPrivateKey(key));
  } catch (cause) {
    throw invalid(
      "the certificate or the key is not PEM",
      `look at ${files.certFile} and ${files.keyFile}.`,
      cause,
    );
  }
  if (!matches)
    throw invalid(
      "the key does not belong to the certificate",
      "give the two files that were issued together.",
    );
  return certificate;
}

function checkStrength(certificate: X509Certificate): void {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey;
  if (type !== "rsa" || (details?.modulusLength ?? 0) >= MIN_RSA_BITS) return;
  throw invalid(
    `the RSA key has ${details?.modulusLength} bits`,
    `use ECDSA P-256, or RSA with ${MIN_RSA_BITS} bits.`,
  );
}

function namesOf(certificate: X509Certificate): readonly string[] {
  const entries = (certificate.subjectAltName ?? "").split(", ");
  return entries.flatMap((entry) => (entry.startsWith("DNS:") ? [entry.slice(4).toLowerCase()] : []));
}

function invalid(what: string, fix: string, cause?: unknown): ConfigError {
  return new ConfigError(
    "CERTIFICATE_INVALID",
    {
      what: `listen(): ${what}.`,
      why: "browsers would refuse the site, or be answered without encryption.",
      fix,
    },
    { cause },
  );
}
