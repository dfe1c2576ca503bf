import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ServerOptions } from "node:https";
import { ConfigError } from "../errors/config-error.ts";
import type { TlsOptions } from "./options.ts";

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

/**
 * Reads and checks the certificate before anything is bound.
 *
 * @throws {ConfigError} `CERTIFICATE_INVALID` when it is unreadable, not PEM, not the key's, or not valid today
 */
export function loadTls(options: TlsOptions, now: Date = new Date()): ServerOptions {
  const cert = readPem(options.certFile, "tls.certFile");
  const key = readPem(options.keyFile, "tls.keyFile");
  checkPair(cert, key, options, now);
  return {
    cert,
    key,
    minVersion: "TLSv1.2",
    ciphers: CIPHERS,
    honorCipherOrder: true,
    ALPNProtocols: ["http/1.1"],
  };
}

function readPem(file: string, option: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw invalid(
      `${option} ${JSON.stringify(file)} cannot be read`,
      "check the path and that this user may read it.",
      cause,
    );
  }
}

function checkPair(cert: Buffer, key: Buffer, options: TlsOptions, now: Date): void {
  let certificate: X509Certificate;
  let matches: boolean;
  try {
    certificate = new X509Certificate(cert);
    matches = certificate.checkPrivateKey(createPrivateKey(key));
  } catch (cause) {
    throw invalid(
      "the certificate or the key is not PEM",
      `look at ${options.certFile} and ${options.keyFile}.`,
      cause,
    );
  }
  if (!matches)
    throw invalid(
      "the key does not belong to the certificate",
      "give the two files that were issued together.",
    );
  const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
  // Written so that an unreadable date counts as expired.
  if (!(from <= now && now < to)) {
    throw invalid(
      `the certificate is valid from ${certificate.validFrom} to ${certificate.validTo}`,
      "renew it, or set the clock right.",
    );
  }
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
