import { readBoolean, readOneOf, readOptions } from "../internal/options.ts";
import { deriveKeys, parseSecrets } from "../internal/secrets.ts";

export interface CsrfOptions {
  /**
   * `"fallback"`: the token decides where the browser's headers cannot. `"always"`: every unsafe request needs both.
   * @default "fallback"
   */
  readonly token?: "fallback" | "always";
  /** Reports what would be refused as `csrf.observed` events and lets it pass. For a roll-out. @default false */
  readonly insecureObserveOnly?: boolean;
}

export interface CsrfPolicy {
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

/**
 * Turns the CSRF options into a policy.
 *
 * @throws {ConfigError} `OPTION_UNKNOWN`, `OPTION_TYPE`, `SECRET_WEAK`, `SECRET_PLACEHOLDER`
 */
export function parseCsrfOptions(input: unknown, around: CsrfSurroundings, call = "csrf()"): CsrfPolicy {
  const options = readOptions(input, ["token", "insecureObserveOnly"], { call });
  const keys = deriveKeys(parseSecrets(around.secrets, call), "csrf v1");
  return {
    always:
      readOneOf(options["token"], ["fallback", "always"], "fallback", { call, path: "token" }) === "always",
    observeOnly: readBoolean(options["insecureObserveOnly"], false, { call, path: "insecureObserveOnly" }),
    keys,
    currentKey: keys[0] ?? "",
    cookieName: around.insecureHttpCookies ? "csrf" : "__Host-csrf",
    secure: !around.insecureHttpCookies,
  };
}
