import { hkdfSync } from "node:crypto";
import { ConfigError } from "../errors/config-error.ts";
import { readStringArray } from "./options.ts";

/** What tutorials, starters and documentation print where a secret belongs. Compared without case and punctuation. */
const PLACEHOLDERS = [
  "keyboardcat",
  "notagoodsecret",
  "changeme",
  "changethis",
  "replaceme",
  "supersecret",
  "superdupers3cret",
  "thisisasamplesecret",
  "justadefaultsecret",
  "yoursecret",
  "mysecret",
  "sessionsecret",
  "secretkey",
  "topsecret",
  "insertsecret",
  "placeholder",
  "development",
  "passwordpassword",
  "examplesecret",
];

const MIN_BYTES = 32;
const MIN_DISTINCT = 10;

/**
 * Checks the application's secrets; the first one is current, the others still verify what they made.
 *
 * @throws {ConfigError} `SECRET_WEAK`, `SECRET_PLACEHOLDER`: never with the secret in the message
 * @see OWASP ASVS 5.0 v5.0.0-13.2.3 and 13.3.1
 */
export function parseSecrets(value: unknown, call: string): readonly string[] {
  // The usual message about a wrong type would print the text, and the text is the secret.
  if (typeof value === "string") throw notAList(value.length, call);
  const secrets = value === undefined ? [] : readStringArray(value, { call, path: "secrets" });
  if (secrets.length === 0) throw weak(`${call}: option "secrets" is missing.`);
  for (const [index, secret] of secrets.entries()) checkSecret(secret, `${call}: secrets[${index}]`);
  return secrets;
}

function notAList(length: number, call: string): ConfigError {
  return new ConfigError("OPTION_TYPE", {
    what: `${call}: option "secrets" is a string of ${length} characters, expected an array of strings.`,
    why: "a secret is replaced by putting the new one in front of the old one; a single text leaves no room for that.",
    fix: "secrets: [process.env.APP_SECRET]",
  });
}

function checkSecret(secret: string, place: string): void {
  const plain = secret.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  if (PLACEHOLDERS.some((placeholder) => plain.includes(placeholder))) {
    throw new ConfigError("SECRET_PLACEHOLDER", {
      what: `${place} is a secret that tutorials print.`,
      why: "everybody has it: the lists attackers try start with it.",
      fix: FIX,
    });
  }
  const bytes = Buffer.byteLength(secret);
  if (!(bytes >= MIN_BYTES)) throw weak(`${place} is ${bytes} bytes long, expected at least ${MIN_BYTES}.`);
  const distinct = new Set(secret).size;
  if (!(distinct >= MIN_DISTINCT)) throw weak(`${place} has only ${distinct} different characters.`);
}

const FIX = "generate one: npx hauberk keys new; keyRing() reads what it prints.";

function weak(what: string): ConfigError {
  return new ConfigError("SECRET_WEAK", {
    what,
    why: "a secret that can be guessed lets anybody make tokens.",
    fix: FIX,
  });
}

/** One key a purpose: what is made with one of them is worth nothing anywhere else. RFC 5869. */
export function deriveKeys(secrets: readonly string[], purpose: string): readonly string[] {
  return secrets.map((secret) =>
    Buffer.from(hkdfSync("sha256", secret, "", `hauberk ${purpose}`, 32)).toString("hex"),
  );
}
