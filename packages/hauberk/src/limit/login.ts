import type { Request } from "express";
import { refusal } from "../errors/refusal.ts";
import { emitRequestEvent } from "../events/index.ts";
import { installAnswerHooks } from "../internal/answer.ts";
import { contextOf } from "../internal/context.ts";
import { cookieValues, serializeCookie } from "../internal/cookie.ts";
import { DEVICE_SECONDS, issueDevice, verifyDevice } from "./device.ts";
import { type LoginGuardOptions, type LoginPolicy, parseLoginOptions } from "./login-options.ts";
import { hashed } from "./middleware.ts";
import type { Charge } from "./store.ts";

/** Which password of an account is meant. */
export interface GuessedPassword {
  /**
   * Anything that changes with the account's password, such as how often it was changed: devices known by an earlier one
   * are known no more. The same for every account that does not exist. @default ""
   */
  readonly passwordVersion?: string | number;
}

/** One guess that may be checked. */
export interface LoginAttempt {
  /**
   * To be called once the password was right: gives the account its guesses back, and makes this device a known one.
   *
   * @param now when the password was changed with it: the version that holds from here on
   */
  readonly succeeded: (now?: GuessedPassword) => Promise<void>;
}

export interface LoginGuard {
  /**
   * Counts a guess before the password is checked.
   *
   * @param account as the client wrote it; case and spaces around it make no difference
   * @param guessed which password it is a guess at: without a version, devices stay known when it is changed
   * @throws {HttpError} `LOGIN_THROTTLED` (429) with `Retry-After`, whether there is such an account or not
   */
  readonly begin: (req: Request, account: string, guessed?: GuessedPassword) => Promise<LoginAttempt>;
  readonly close: () => Promise<void>;
}

/**
 * What nobody sees in a name. An application that strips it would let each spelling of one account be guessed ten times.
 * @see RFC 8264 section 9.13 (PRECIS: what is ignorable)
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Slows down guessing of passwords: by account, by address and all together, each exact by GCRA, and slower still over
 * a day. An attacker who uses an account's guesses up does not lock its owner out: a device that logged in before has a
 * signed cookie and guesses of its own. All known devices together have each limit once more, four times as high.
 *
 * @throws {ConfigError} `SECRET_WEAK`, `OPTION_RANGE`, `LIMIT_STORE_INVALID` at start
 * @see OWASP ASVS 5.0 v5.0.0-6.1.1, 6.3.1
 * @example
 * const guard = loginGuard({ secrets: [process.env.APP_SECRET], store: sqliteLimitStore({ file: "data/limits.sqlite" }) });
 * app.post("/login", async (req, res) => {
 *   const attempt = await guard.begin(req, req.body.email);
 *   const user = await checkPassword(req.body.email, req.body.password);
 *   if (user === undefined) return res.status(401).render("login");
 *   await req.session.login(user.id);
 *   await attempt.succeeded();
 *   res.redirect("/");
 * });
 */
export function loginGuard(options: LoginGuardOptions): LoginGuard {
  const policy = parseLoginOptions(options);
  return {
    begin: async (req, account, guessed) => {
      const name = account.trim().normalize("NFKC").toLowerCase();
      // Not the name as it is counted: where "al\u200bice" is an account of its own, its owner would have a known device of Alice's.
      const who = hashed(name);
      const counted = hashed(name.replace(UNSEEN, "").normalize("NFKC").trim());
      // Counted by itself, too: the owner of "alice" gives those of all look-alikes back, and would guess "al\u200bice" without end.
      const names = new Set([counted, who]);
      const device = knownDevice(req, signedFor(who, guessed), policy);
      const charges =
        device === undefined
          ? chargesOf(req, names, policy, "login")
          : [...deviceCharges(device, policy), ...chargesOf(req, names, policy, "login-known")];
      await charge(req, charges, policy);
      const won = guessesOf(who, device);
      return { succeeded: (now = guessed) => succeed(req, signedFor(who, now), won, policy) };
    },
    close: async () => policy.store.close?.(),
  };
}

function chargesOf(
  req: Request,
  names: ReadonlySet<string>,
  { rates, addressKey }: LoginPolicy,
  kind: keyof LoginPolicy["rates"],
): readonly Charge[] {
  const address = addressKey(contextOf(req).clientAddress);
  const { account, day, address: perAddress, everybody } = rates[kind];
  return [
    ...[...names].flatMap((name) => [
      { key: `${kind}-account:${name}`, rate: account, cost: 1 },
      { key: `${kind}-day:${name}`, rate: day, cost: 1 },
    ]),
    { key: `${kind}-address:${address}`, rate: perAddress, cost: 1 },
    { key: `${kind}-everybody`, rate: everybody, cost: 1 },
  ];
}

/** What a device's cookie is for: without the version, whoever stole a password would keep a way of his own after its change. */
function signedFor(who: string, { passwordVersion = "" }: GuessedPassword = {}): string {
  return `${who}.${passwordVersion}`;
}

/**
 * Whoever has the cookie knew the password once; a stolen one is good for as many guesses as an account, also in a day: it
 * would use up what the owner's other devices have together.
 */
function deviceCharges(device: string, { rates }: LoginPolicy): readonly Charge[] {
  return [
    { key: `login-device:${device}`, rate: rates.login.account, cost: 1 },
    { key: `login-device-day:${device}`, rate: rates.login.day, cost: 1 },
  ];
}

/**
 * What the right password gives back. Not the address's: with an account of one's own in between, guesses at others would
 * have no end. Nor those of a name that only looks like this one. Nor what known devices have together: with accounts of
 * one's own and their right passwords the hash would have no end of work.
 */
function guessesOf(who: string, device: string | undefined): readonly string[] {
  return device === undefined
    ? [`login-account:${who}`, `login-day:${who}`]
    : [`login-device:${device}`, `login-device-day:${device}`];
}

function knownDevice(req: Request, signed: string, policy: LoginPolicy): string | undefined {
  const values = cookieValues(req.headers.cookie, policy.cookieName);
  return values.length === 1 ? verifyDevice(values[0], policy.keys, signed, Date.now()) : undefined;
}

async function charge(req: Request, charges: readonly Charge[], policy: LoginPolicy): Promise<void> {
  const results = await policy.store.consume(charges, Date.now());
  const refused = results.flatMap((result, index) =>
    result.allow ? [] : [{ result, key: charges[index]?.key ?? "" }],
  );
  if (refused.length === 0 && results.length === charges.length) return;
  const because = refused.map(({ key }) => key.split(":")[0]).join(", ");
  const seconds = Math.max(1, ...refused.map(({ result }) => result.retryAfterSeconds));
  const error = refusal("LOGIN_THROTTLED", { because, headers: { "Retry-After": String(seconds) } });
  emitRequestEvent("login.throttled", req, { code: error.code, because, status: error.status });
  contextOf(req).reported = error;
  throw error;
}

async function succeed(
  req: Request,
  signed: string,
  won: readonly string[],
  policy: LoginPolicy,
): Promise<void> {
  installAnswerHooks(req.app);
  const value = issueDevice(policy.keys[0] ?? "", signed, Date.now());
  const attributes = { secure: policy.secure, maxAgeSeconds: DEVICE_SECONDS };
  contextOf(req).addCookie(serializeCookie(policy.cookieName, value, attributes));
  for (const key of won) await policy.store.forget(key);
}
