import { readBoolean, readInteger, readOptions } from "../internal/options.ts";
import { deriveKeys, parseSecrets } from "../internal/secrets.ts";
import { LOGIN_DEADLINE_MS } from "./fallback.ts";
import { rateOf, type Rate } from "./gcra.ts";
import { readAddressKey, readLimitStore } from "./options.ts";
import type { LimitStore } from "./store.ts";

export interface LoginGuardOptions {
  /** The application's secrets; they sign the device cookie. */
  readonly secrets: readonly (string | undefined)[];
  /** Guesses at one account in 15 minutes, from wherever they come. @default 10 */
  readonly perAccount?: number;
  /** Guesses at one account in a day. @default 50 */
  readonly perAccountAndDay?: number;
  /** Guesses from one address (IPv6: one network) in 15 minutes, at whatever accounts. @default 50 */
  readonly perAddress?: number;
  /** How many bits of an IPv6 address make that network, from 32 to 64. @default 64 */
  readonly ipv6PrefixLength?: number;
  /** Guesses in a minute, all together: what the password hash can bear. @default 300 */
  readonly everybody?: number;
  /** Where the guesses are counted; shared by all processes that share it. @default this process */
  readonly store?: LimitStore;
  /** A cookie without `Secure` and the `__Host-` prefix, for http://localhost. @default false */
  readonly insecureHttpCookies?: boolean;
}

type Rates = Readonly<Record<"account" | "day" | "address" | "everybody", Rate>>;

export interface LoginPolicy {
  /** By what the names of their keys begin with. */
  readonly rates: Readonly<Record<"login" | "login-known", Rates>>;
  readonly keys: readonly string[];
  readonly addressKey: (address: string) => string;
  readonly store: LimitStore;
  readonly cookieName: string;
  readonly secure: boolean;
}

const KNOWN = [
  "secrets",
  "perAccount",
  "perAccountAndDay",
  "perAddress",
  "ipv6PrefixLength",
  "everybody",
  "store",
  "insecureHttpCookies",
] as const;

const QUARTER_HOUR = 900;
const DAY = 86_400;
const MAX_KEYS = 200_000;
/** How many more guesses known devices have than all others, in limits of their own: nobody without one can use them up. */
const KNOWN_DEVICES = 4;

/**
 * Turns the options of `loginGuard()` into a policy.
 *
 * @throws {ConfigError} `SECRET_WEAK`, `OPTION_RANGE`, `OPTION_UNKNOWN`, `LIMIT_STORE_INVALID`
 */
export function parseLoginOptions(input: unknown): LoginPolicy {
  const call = "loginGuard()";
  const options = readOptions(input, KNOWN, { call });
  const guesses = (path: (typeof KNOWN)[number], fallback: number): number =>
    readInteger(options[path], { min: 1, max: 1_000_000, fallback }, { call, path });
  const limits = [
    ["account", guesses("perAccount", 10), QUARTER_HOUR],
    ["day", guesses("perAccountAndDay", 50), DAY],
    ["address", guesses("perAddress", 50), QUARTER_HOUR],
    ["everybody", guesses("everybody", 300), 60],
  ] as const;
  const rates = (times: number): Rates =>
    Object.fromEntries(
      limits.map(([name, count, seconds]) => [name, rateOf(count * times, seconds, count * times)]),
    ) as Rates;
  const insecure = readBoolean(options["insecureHttpCookies"], false, { call, path: "insecureHttpCookies" });
  return {
    rates: { login: rates(1), "login-known": rates(KNOWN_DEVICES) },
    keys: deriveKeys(parseSecrets(options["secrets"], call), "device v1"),
    addressKey: readAddressKey(options["ipv6PrefixLength"], { call, path: "ipv6PrefixLength" }),
    store: readLimitStore(options["store"], MAX_KEYS, { call, path: "store" }, LOGIN_DEADLINE_MS),
    cookieName: insecure ? "device" : "__Host-device",
    secure: !insecure,
  };
}
