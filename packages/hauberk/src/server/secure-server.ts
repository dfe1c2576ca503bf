import type { Server } from "node:https";
import type { ServerNames } from "./server-names.ts";
import { secureContextOptions, type Certificate } from "./tls.ts";

/** What a TLS server is made with. */
export interface SecureMaterial {
  readonly first: Certificate;
  readonly names: ServerNames;
  readonly ticketKeys: string;
}

/** A running TLS server whose certificates and ticket keys can be changed: open connections keep theirs. */
export class SecureServer {
  readonly #server: Server;
  readonly #names: ServerNames;
  #ticketKeys: string;

  constructor(server: Server, { names, ticketKeys }: SecureMaterial) {
    this.#server = server;
    this.#names = names;
    this.#ticketKeys = ticketKeys;
  }

  useCertificates(certificates: readonly Certificate[]): void {
    const [first] = certificates;
    if (first === undefined) return;
    this.#names.replace(certificates);
    // A new context has ticket keys of its own, unless it is given those in use: nobody could resume a session.
    this.#server.setSecureContext({ ...secureContextOptions(first), ...ticketOptions(this.#ticketKeys) });
  }

  useTicketKeys(ticketKeys: string): void {
    this.#ticketKeys = ticketKeys;
    this.#server.setTicketKeys(Buffer.from(ticketKeys, "base64"));
  }
}

export function ticketOptions(ticketKeys: string): { readonly ticketKeys: Buffer } {
  return { ticketKeys: Buffer.from(ticketKeys, "base64") };
}
