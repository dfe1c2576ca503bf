import { isPredictable } from "./predictable.ts";

/** NIST SP 800-63B-4 section 3.1.1.2: fifteen characters where the password is the only factor. */
export const MIN_PASSWORD_LENGTH = 15;
/** Long passphrases pass; a megabyte is refused before anything is hashed. */
const MAX_PASSWORD_LENGTH = 256;

const SITE_WORDS: readonly string[] = ["hauberk", "skeleton", "express", "localhost"];

/**
 * Says what is wrong with a password someone wants to use, or `undefined` when nothing is.
 *
 * No rules of composition and no change of the password: every character counts as typed, spaces and emoji included.
 * @see ASVS 5.0 V6.2.1, V6.2.4, V6.2.5, V6.2.8, V6.2.9
 */
export function passwordProblem(password: string, email: string): string | undefined {
  // Counted in code points: an emoji is one character (NIST SP 800-63B-4).
  const length =
    password.length > MAX_PASSWORD_LENGTH * 2 ? Number.POSITIVE_INFINITY : Array.from(password).length;
  if (length < MIN_PASSWORD_LENGTH)
    return `Use at least ${MIN_PASSWORD_LENGTH} characters. Four random words do well.`;
  if (!(length <= MAX_PASSWORD_LENGTH)) return `Use at most ${MAX_PASSWORD_LENGTH} characters.`;
  // A lone surrogate becomes U+FFFD in UTF-8, so two different passwords would have the same hash.
  if (!password.isWellFormed()) return "This password contains characters that cannot be stored.";
  if (isPredictable(password, [...SITE_WORDS, email, ...email.split(/[^\p{L}\p{N}]+/u)])) {
    return "This password is one of the first an attacker would try. Four random words do well.";
  }
  return undefined;
}
