import type { AddressInfo } from "node:net";
import type { Identity } from "./privileges.ts";
import type { Certificate } from "./tls.ts";

/** What the primary tells a worker. Marked, because the application may talk to its workers as well. */
export type ToWorker =
  | {
      readonly hauberk: "start";
      readonly address: AddressInfo;
      /** Who it must be by now; to be proven. */
      readonly identity: Identity | undefined;
      readonly certificates: readonly Certificate[];
      readonly ticketKeys: string;
    }
  /** Comes with a socket. */
  | {
      readonly hauberk: "connection";
      readonly id: number;
      readonly listener: number;
      readonly local: boolean;
    }
  | { readonly hauberk: "certificates"; readonly certificates: readonly Certificate[] }
  | { readonly hauberk: "ticket-keys"; readonly ticketKeys: string }
  | { readonly hauberk: "unready" }
  | { readonly hauberk: "drain"; readonly hurry: boolean };

/** What a worker tells the primary. */
export type ToPrimary =
  | { readonly hauberk: "hello" }
  | { readonly hauberk: "ready" }
  | { readonly hauberk: "refused"; readonly message: string }
  | { readonly hauberk: "taken"; readonly id: number }
  | { readonly hauberk: "closed"; readonly id: number }
  | { readonly hauberk: "beat"; readonly rssBytes: number }
  /** It met an error nobody caught, finishes what it has, and must not get anything new. */
  | { readonly hauberk: "failing" };

export function isOurs(message: unknown): message is { readonly hauberk: string } {
  return (
    typeof message === "object" && message !== null && typeof Reflect.get(message, "hauberk") === "string"
  );
}
