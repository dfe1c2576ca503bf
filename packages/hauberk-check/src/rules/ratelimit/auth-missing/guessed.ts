import { has } from "../../../engine/protections.ts";
import type { Part } from "../../../model/parts.ts";
import { printPath } from "../../../model/path-patterns.ts";
import { isKnown, type Value } from "../../../model/values.ts";
import type { Endpoint } from "../../../model/view.ts";

const SIGN_IN =
  /\/(?:(?:log-?in|sign-?in)(?:\/(?:auth|check|local|password|submit|verify))?|authenticate|forgot(?:-?password)?|reset(?:-?password)?|otp|2fa|totp|mfa|verify-(?:otp|code)|sessions?|auth\/local|password-reset)\/?$/i;

/** By its path: whoever reads a report looks for that one first. */
export const isNamed = ({ paths }: Endpoint): boolean => SIGN_IN.test(printPath(paths));

/** `/login_v2`, `/signin-admin`, `/auth`, `/oauth/token`: sign-ins where the handler reads a password. */
const MAYBE =
  /\/(?:(?:log-?in|sign-?in)[-_]\w{1,30}|auth|authentication|(?:access-?)?token|session\/new|connect)\/?$/i;

/** Whether somebody who knows no password can try them there, one after the other. */
export function isGuessedAt(endpoint: Endpoint, all: readonly Part[]): boolean {
  const path = printPath(endpoint.paths);
  const source = endpoint.parts.at(-1)?.facts?.source ?? "";
  switch (endpoint.method) {
    case "post":
      if (SIGN_IN.test(path)) return true;
      break;
    case "all":
      // `app.all("/login", (req, res) => res.redirect(provider))` takes no password.
      if (SIGN_IN.test(path) && READS_PASSWORD.test(source)) return true;
      break;
    default:
      return false;
  }
  return (
    asksPassport(endpoint, ASKS_PEOPLE) ||
    (TOKENS.test(path) && asksPassport(endpoint, ASKS_CLIENTS)) ||
    (MAYBE.test(path) && READS_PASSWORD.test(source) && !isKnownVisitor(all)) ||
    tries(path, source, all) ||
    triesPin(source)
  );
}

/** `req.body.pin`, `const { card, pin } = req.body`. */
const readsPin = (source: string): boolean =>
  /\bbody\??\.(?:pin|pin_?code|otp|passcode)\b/i.test(source) ||
  [...source.matchAll(/\{([^{}]{1,300})\} ?= ?(?:req|request)\.body\b/g)].some(([, names = ""]) =>
    /\b(?:pin|pin_?code|otp|passcode)\b/i.test(names),
  );

const IS_PIN = /(?:^|\.)(?:pin|pin_?code|otp|passcode)$/i;
const NO_SECRET = /^(?:undefined|null|true|false|\d+)$|confirm|repeat|again|retype|length$/i;

/** `pin !== ADMIN_PIN`: ten thousand guesses are soon made, by whoever is signed in, too. */
function triesPin(source: string): boolean {
  if (!readsPin(source)) return false;
  return [...source.matchAll(/(?<![\w$.])([\w$.]{1,60}) ?[!=]==? ?([\w$.]{1,60})/g)].some(
    ([, left = "", right = ""]) =>
      (IS_PIN.test(left) && !NO_SECRET.test(right)) || (IS_PIN.test(right) && !NO_SECRET.test(left)),
  );
}

/** `passport.authenticate("local")` before a handler or called in it, whatever the path is. */
const asksPassport = ({ parts }: Endpoint, names: readonly string[]): boolean =>
  parts.some(
    ({ name, options }) =>
      name === "passport.authenticate" &&
      options !== undefined &&
      strategies(options).some((one) => names.some((known) => isKnown(one, known))),
  );

const strategies = (given: Value): readonly Value[] => (given.k === "arr" ? given.items : [given]);

const ASKS_PEOPLE: readonly string[] = ["local", "ldapauth"];
/** At an endpoint for tokens: the secret of a client can be guessed like a password. */
const ASKS_CLIENTS: readonly string[] = ["basic", "oauth2-client-password"];
const TOKENS = /\/(?:access-?)?token\/?$/i;

/** `req.body.password`, `const { name, password } = req.body`. */
const READS_PASSWORD =
  /\bbody\??\.(?:password|passwd|passphrase|pass|pwd)\b|\b(?:password|passwd)\b[^{}=;]{0,100}\} ?= ?(?:req|request)\.body\b/i;

const isKnownVisitor = (all: readonly Part[]): boolean => has(all, "auth", "token-auth");

const TRIES =
  /(?:bcrypt(?:js)?|argon2)\.(?:compare|verify)(?:Sync)?\(|\b(?:compare|verify|check|match|validate|isValid|valid)Password(?:Sync)?\(/i;
/** Who changes a password is signed in, whatever guard that took. */
const CHANGES = /password|profile|account|settings|delete|user/i;

/** By what the handler does: it compares a password, for somebody nobody knows yet. */
function tries(path: string, source: string, all: readonly Part[]): boolean {
  if (isKnownVisitor(all)) return false;
  // `validatePassword()` of a registration asks how long it is.
  return !CHANGES.test(path) && !REGISTRATION.test(path) && TRIES.test(source) && /\bbody\b/.test(source);
}

const REGISTRATION = /\/(?:register|registration|sign-?up|create-?account)\/?$/i;

/** Whether anybody can make accounts there: it takes a password, or a sign-in stands beside it. */
export function isRegistration(endpoint: Endpoint, signIns: readonly Endpoint[]): boolean {
  const path = printPath(endpoint.paths);
  if (endpoint.method !== "post" || !REGISTRATION.test(path)) return false;
  const { facts } = endpoint.parts.at(-1) ?? {};
  const folder = folderOf(path);
  return (
    READS_PASSWORD.test(facts?.source ?? "") ||
    signIns.some((one) => folderOf(printPath(one.paths)) === folder)
  );
}

const folderOf = (path: string): string => path.replace(/\/$/, "").replace(/\/[^/]*$/, "");
