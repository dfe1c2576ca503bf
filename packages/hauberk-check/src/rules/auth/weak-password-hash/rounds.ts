import { inProduction } from "../../../model/alternatives.ts";
import type { Node } from "../../../parse/ast.ts";
import { mentions } from "../../kit/mentions.ts";
import { callArguments, calleeName } from "../../kit/nodes.ts";
import { isPassword } from "../../kit/password-words.ts";
import type { NodeContext, Problem } from "../../rule.ts";

/** OWASP asks for 10 of bcrypt, and for hundreds of thousands of PBKDF2; what is far below either is said. */
const MIN_BCRYPT = 10;
/** What the packages make of less. */
const LEAST_BCRYPT = 4;
const MIN_PBKDF2 = 10_000;

const SLOW_HASH = /^(?:hash|genSalt|pbkdf2)(?:Sync)?$/;

/** A slow hash that was made fast: `bcrypt.hash(password, 4)`, `pbkdf2Sync(password, salt, 100, 64, "sha512")`. */
export function fewRounds(
  node: Node,
  context: NodeContext,
): Pick<Problem, "message" | "fix" | "severity"> | undefined {
  const name = calleeName(node) ?? "";
  const method = name.slice(name.lastIndexOf(".") + 1);
  if (!SLOW_HASH.test(method)) return undefined;
  const given = callArguments(node);
  if (!method.startsWith("pbkdf2") && isBcrypt(name, context)) {
    const rounds = numberOf(given[method.startsWith("hash") ? 1 : 0], context);
    if (rounds === undefined || rounds >= MIN_BCRYPT) return undefined;
    return {
      message: `bcrypt with ${String(rounds)} rounds tries ${String(2 ** (MIN_BCRYPT - Math.max(rounds, LEAST_BCRYPT)))} times as many passwords a second as with ${String(MIN_BCRYPT)}.`,
      fix: "Use 12 rounds.",
      severity: "medium",
    };
  }
  if (!method.startsWith("pbkdf2") || given[0] === undefined || !isPassword(given[0])) return undefined;
  const rounds = numberOf(given[2], context);
  return rounds === undefined || rounds >= MIN_PBKDF2
    ? undefined
    : {
        message: `PBKDF2 with ${String(rounds)} rounds takes no time to try again.`,
        fix: "Use crypto.scrypt or crypto.argon2, or 210000 rounds of SHA-512.",
        severity: "medium",
      };
}

const BCRYPT = /["'](?:@node-rs\/)?bcrypt(?:js)?["']/;

const isBcrypt = (name: string, { module }: NodeContext): boolean =>
  /^genSalt|bcrypt/i.test(name) && mentions(module, BCRYPT);

function numberOf(node: Node | undefined, { value }: NodeContext): number | undefined {
  if (node === undefined) return undefined;
  const found = inProduction(value(node));
  return found.k === "prim" && typeof found.v === "number" ? found.v : undefined;
}
