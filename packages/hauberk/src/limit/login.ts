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
      const device = knownDevice(req, signedFor(who, guessed), policy);
      const charges =
        device === undefined
          ? chargesOf(req, counted, policy, "login")
          : [deviceCharge(device, policy), ...chargesOf(req, counted, policy, "login-known")];
      await charge(req, charges, policy);
      return { succeeded: (now = guessed) => succeed(req, signedFor(who, now), charges, policy) };
    },
    close: async () => policy.store.close?.(),
  };
}

function chargesOf(
  req: Request,
  who: string,
  { rates, addressKey }: LoginPolicy,
  kind: keyof LoginPolicy["rates"],
): readonly Charge[] {
  const address = addressKey(contextOf(req).clientAddress);
  const { account, day, address: perAddress, everybody } = rates[kind];
  return [
    { key: `${kind}-account:${who}`, rate: account, cost: 1 },
    { key: `${kind}-day:${who}`, rate: day, cost: 1 },
    { key: `${kind}-address:${address}`, rate: perAddress, cost: 1 },
    { key: `${kind}-everybody`, rate: everybody, cost: 1 },
  ];
}

/** What a device's cookie is for: without the version, whoever stole a password would keep a way of his own after its change. */
function signedFor(who: string, { passwordVersion = "" }: GuessedPassword = {}): string {
  return `${who}.${passwordVersion}`;
}

/** Whoever has the cookie knew the password once; a stolen one is good for as many guesses as an account. */
function deviceCharge(device: string, { rates }: LoginPolicy): Charge {
  return { key: `login-device:${device}`, rate: rates.login.account, cost: 1 };
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
  charges: readonly Charge[],
  policy: LoginPolicy,
): Promise<void> {
  installAnswerHooks(req.app);
  const value = issueDevice(policy.keys[0] ?? "", signed, Date.now());
  const attributes = { secure: policy.secure, maxAgeSeconds: DEVICE_SECONDS };
  contextOf(req).addCookie(serializeCookie(policy.cookieName, value, attributes));
  // Not the address's: with an account of one's own in between, guesses at others would have no end. Nor what known devices
  // have together: with accounts of one's own and their right passwords the hash would have no end of work.
  for (const { key } of charges)
    if (/^login-(?:account|day|device):/.test(key)) await policy.store.forget(key);
}
