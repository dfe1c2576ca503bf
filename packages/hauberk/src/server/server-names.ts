import { createSecureContext, type SecureContext } from "node:tls";
import { secureContextOptions, type Certificate } from "./tls.ts";

/** The contexts of several host names; replaced as a whole when certificates are renewed. */
export class ServerNames {
  #exact: ReadonlyMap<string, SecureContext> = new Map();
  #fallback: SecureContext | undefined;

  /** Makes all contexts before the first old one goes: a bad certificate leaves everything as it was. */
  replace(certificates: readonly Certificate[]): void {
    const exact = new Map<string, SecureContext>();
    const contexts = certificates.map((each) => createSecureContext(secureContextOptions(each)));
    for (const [index, context] of contexts.entries()) {
      for (const name of certificates[index]?.names ?? []) if (!exact.has(name)) exact.set(name, context);
    }
    this.#exact = exact;
    [this.#fallback] = contexts;
  }

  /** The context for the name a client asked for; an unknown name gets the first certificate, as without a name. */
  find(serverName: unknown): SecureContext | undefined {
    const name = normalizeServerName(serverName);
    return this.#exact.get(name) ?? this.#exact.get(wildcardOf(name)) ?? this.#fallback;
  }
}

/** Host names do not depend on case: `APP.TEST` must not get another site's certificate. RFC 6066 section 3. */
export function normalizeServerName(serverName: unknown): string {
  return typeof serverName === "string" ? serverName.toLowerCase().replace(/\.$/, "") : "";
}

/** `*.app.example` stands for one label, as browsers read it. RFC 6125 section 6.4.3. */
function wildcardOf(name: string): string {
  const dot = name.indexOf(".");
  return dot <= 0 ? "" : `*${name.slice(dot)}`;
}
