import { readBoolean, readOneOf, readOptions, readStringArray } from "../internal/options.ts";
import { readOrigin } from "../origin/options.ts";
import type { CsrfTrust } from "./decide.ts";
import { deriveKeys, parseSecrets } from "../internal/secrets.ts";

export interface CsrfOptions {
  /**
   * `"fallback"`: the token decides where the browser's headers cannot. `"always"`: every unsafe request of one's own
   * pages needs both; what `trustedOrigins` and `insecureAllowClientsWithoutHeaders` let in has no token to show.
   * @default "fallback"
   */
  readonly token?: "fallback" | "always";
  /**
   * Other origins whose pages may send unsafe requests here, such as a sign-in service that answers with a form post.
   * They are believed by their Origin header alone. @default []
   */
  readonly trustedOrigins?: readonly string[];
  /**
   * Lets unsafe requests pass that carry neither `Sec-Fetch-Site`, `Origin` nor a cookie: command-line clients and
   * programs. A browser from before 2020 may send such requests too, and log a visitor in to somebody else's account.
   * @default false: they need a token
   */
  readonly insecureAllowClientsWithoutHeaders?: boolean;
  /** Reports what would be refused as `csrf.observed` events and lets it pass. For a roll-out. @default false */
  readonly insecureObserveOnly?: boolean;
}

export interface CsrfPolicy extends CsrfTrust {
  readonly always: boolean;
  readonly observeOnly: boolean;
  /** Derived keys; the first makes tokens, all verify. */
  readonly keys: readonly string[];
  readonly currentKey: string;
  /** Names the cookie of a visitor who has no session. */
  readonly cookieName: string;
  readonly secure: boolean;
}

export interface CsrfSurroundings {
  readonly secrets: unknown;
  readonly insecureHttpCookies: boolean;
}

export const CSRF_KEYS = [
  "token",
  "trustedOrigins",
  "insecureAllowClientsWithoutHeaders",
  "insecureObserveOnly",
] as const;

/**
 * Turns the CSRF options into a policy.
 *
 * @throws {ConfigError} `OPTION_UNKNOWN`, `OPTION_TYPE`, `ORIGIN_INVALID`, `SECRET_WEAK`, `SECRET_PLACEHOLDER`
 */
export function parseCsrfOptions(input: unknown, around: CsrfSurroundings, call = "csrf()"): CsrfPolicy {
  const options = readOptions(input, CSRF_KEYS, { call });
  const keys = deriveKeys(parseSecrets(around.secrets, call), "csrf v1");
  return {
    always:
      readOneOf(options["token"], ["fallback", "always"], "fallback", { call, path: "token" }) === "always",
    observeOnly: readBoolean(options["insecureObserveOnly"], false, { call, path: "insecureObserveOnly" }),
    trustedOrigins: parseTrusted(options["trustedOrigins"], call),
    allowClientsWithoutHeaders: readBoolean(options["insecureAllowClientsWithoutHeaders"], false, {
      call,
      path: "insecureAllowClientsWithoutHeaders",
    }),
    keys,
    currentKey: keys[0] ?? "",
    cookieName: around.insecureHttpCookies ? "csrf" : "__Host-csrf",
    secure: !around.insecureHttpCookies,
  };
}

function parseTrusted(value: unknown, call: string): ReadonlySet<string> {
  const place = { call, path: "trustedOrigins" };
  return new Set(
    readStringArray(value ?? [], place).map((text, index) =>
      readOrigin(text, `${call}: trustedOrigins[${index}]`),
    ),
  );
}
