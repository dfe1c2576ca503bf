import { hash } from "node:crypto";

/**
 * A weak entity tag for an answer: its length and what it hashes to.
 * Express's own makes a hash object for each answer; this is one call.
 *
 * @see RFC 9110 section 8.8.3
 */
export function weakEtag(body: string | Buffer): string {
  return `W/"${body.length.toString(16)}-${hash("sha256", body, "base64url").slice(0, 27)}"`;
}
