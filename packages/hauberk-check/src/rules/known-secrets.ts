import { createHash } from "node:crypto";
import { withoutTrailing } from "../files/paths.ts";

/** Secrets printed in documentation, tutorials and starters: anybody can sign a session with them. */
export const KNOWN_SECRETS: readonly string[] =
  `keyboard cat|your secret here|your-secret-here|keyboardcat|notagoodsecret|notagoodsecretnoreallydontusethisone|secret|mysecret|my secret|supersecret|super secret|super-secret|shhhhh|shhhh|shh|shhh, very secret|topsecret|top secret|your secret|your-secret|your_secret|yoursecret|your secret key|your-secret-key|your_secret_key|yoursecretkey|your session secret|your-session-secret|session secret|session-secret|sessionsecret|session_secret|some secret|some-secret|somesecret|some secret key|secret key|secret-key|secretkey|secret_key|my-secret|my_secret|my secret key|my-secret-key|mysecretkey|thisismysecret|this is my secret|this is a secret|thisisasecret|this-is-a-secret|thisismysecrctekey|thisshouldbeabettersecret|this should be a secret|thisshouldbeasecret|changeme|change me|change-me|change_me|changethis|change this|change-this|changeit|replaceme|replace me|replace-me|replace this|default|default secret|default-secret|password|passw0rd|pass|test|testing|test secret|test-secret|testsecret|dev|development|dev secret|dev-secret|devsecret|development secret|abc|abc123|abcdef|12345|123456|1234567|12345678|123456789|1234567890|123|1234|qwerty|foo|bar|foobar|foo bar|baz|cat|kitty|cats|a santa at nasa|our little secret|our little secret.|ourlittlesecret|my little secret|a secret|asecret|asdf|asdfasdf|asdfghjkl|xxx|xxxx|todo|fixme|express|express secret|node|nodejs|node secret|hello|hello world|helloworld|example|example secret|sample|sample secret|random|random string|some random string|a random string|any random string|anything|whatever|cookie secret|cookie-secret|cookiesecret|cookie_secret|cookie|jwt|jwt secret|jwt-secret|jwtsecret|jwt_secret|jwtprivatekey|token secret|token-secret|tokensecret|token_secret|very secret|very-secret|verysecret|verysecretkey|very secret key|not so secret|ssshhhhh|ssshhh|ilovecats|ilovescotchyscotch|ilovescotchscotchyscotchscotch|anystringoftext|blah|temp|tmp|admin|root|letmein|woot|sup3rs3cr3t|s3cr3t|s3cret|secr3t|bigsecret|the secret|insecure|insecure secret|long secret|a long secret|long random string|longrandomstring|a very long secret|averylongsecret|use a long random string here|insert secret here|enter secret here|put a secret here|put your secret here|key|private|privatekey|private key|session|sess|my session secret|mysessionsecret|bad secret|badsecret|i am a secret|dont tell|dont tell anyone|don't tell anyone|pssst|hush|zordon|catscatscats|angular|react|vue|mean|mern|magic|unicorn|panda|squirrel|ninja|hackme|cookie_secret|r8q,+&1lm3)cd*zagpx1xm{,|nodepop|jsonwebtoken|accesstokensecret|refreshtokensecret|access_token_secret|refresh_token_secret|youshouldreplacethis|secretsecret|secretsecretsecret|secret123|secret1234|mysecret123|supersecretkey|super-secret-key|super_secret_key|supersecretpassword|supersecretstring|supersecretjwt|thisisthesecretkey|gotham`.split(
    "|",
  );

const KNOWN: ReadonlySet<string> = new Set(KNOWN_SECRETS.map(normalise));

function normalise(secret: string): string {
  return withoutTrailing(secret.trim().toLowerCase(), "!?.");
}

export function isKnownSecret(secret: string): boolean {
  return KNOWN.has(normalise(secret));
}

/** Placeholders that announce themselves, such as `<your secret>` or `xxxxxxxx`. */
export function isPlaceholder(secret: string): boolean {
  return /^(?:<.*>|\$\{.*\}|\{\{.*\}\}|x{3,}|\*{3,}|\.{3,})$/i.test(secret.trim());
}

/** Browsers are given these: a name such as `apiKey` says nothing about them. */
const PUBLISHED = /^(?:AIza|pk_(?:live|test)_|UA-|G-)/;
const MIN_CHARACTERS = 10;
const MIN_CHANGES = 3;
const MIN_DIFFERENT = 6;

/** Letters and digits mixed, as keys have them and names, words, addresses and versions do not. */
export function looksRandom(text: string): boolean {
  if (text.length < MIN_CHARACTERS || /\s/.test(text) || isPlaceholder(text) || PUBLISHED.test(text))
    return false;
  if (/^(?:[a-z][a-z0-9+.-]*:\/\/|[./$%<{])/i.test(text) || new Set(text).size < MIN_DIFFERENT) return false;
  const changes = [...text.matchAll(/[a-z](?=\d)|\d(?=[a-z])/gi)].length;
  return changes >= MIN_CHANGES && !/\.(?:js|json|com|org|net|io|pem|key|txt)$/i.test(text);
}

/** Enough to tell two secrets apart in a report without giving either away. */
export function describeSecret(secret: string): string {
  return `${String(Buffer.byteLength(secret))} bytes long`;
}

export function distinctCharacters(secret: string): number {
  return new Set(secret).size;
}

export function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
