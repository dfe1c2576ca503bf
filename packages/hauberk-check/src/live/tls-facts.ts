/** What an https server was seen to agree to, and the certificate it showed. */
export interface TlsFacts {
  /** Old protocol versions it still speaks. */
  readonly oldProtocols: readonly string[];
  /** What it chooses with a current client. */
  readonly cipher: string;
  /** It also agrees to a key exchange from which a stolen key opens recorded traffic. */
  readonly agreesWithoutForwardSecrecy: boolean;
  readonly certificate: CertificateFacts | undefined;
}

export interface CertificateFacts {
  readonly validFrom: number;
  readonly validTo: number;
  /** Names it is for. */
  readonly names: readonly string[];
  readonly isForHost: boolean;
}

/** One sentence for each fault, the worst first. Pure: `now` is milliseconds since 1970. */
export function tlsFaults(tls: TlsFacts, host: string, now: number): readonly string[] {
  const faults = tls.oldProtocols.slice(0, 1).map((version) => `The server speaks ${version}.`);
  const { certificate } = tls;
  if (certificate !== undefined) {
    const until = new Date(certificate.validTo).toISOString().slice(0, 10);
    if (!(now <= certificate.validTo)) faults.push(`The certificate has expired (${until}).`);
    else if (!(now >= certificate.validFrom)) faults.push("The certificate is not valid yet.");
    if (!certificate.isForHost && hasRealName(host))
      faults.push(`The certificate is for ${certificate.names.join(", ") || "no name"}, not for ${host}.`);
  }
  if (tls.agreesWithoutForwardSecrecy)
    faults.push("The server agrees to a key exchange without forward secrecy.");
  return faults;
}

/** A production certificate that is looked at on the machine itself cannot carry the name it is asked by. */
function hasRealName(host: string): boolean {
  return host !== "localhost" && host !== "[::1]" && !/^127\.\d+\.\d+\.\d+$/.test(host);
}
