import { isPlaceholder } from "../known-secrets.ts";

export type CredentialKind = "password" | "secret" | "key";

/** Whose password it is: what stands before the word where the thing itself is meant, and not a field or a message. */
const OWNER =
  "admin|administrator|root|super_?user|super_?admin|sudo|master|back_?door|default|owner|staff|moderator|operator|manager|db|database|mysql|maria_?db|postgres|postgresql|pg|sql|mssql|oracle|mongo|mongo_?db|redis|rabbit_?mq|amqp|elastic|elasticsearch|influx|neo4j|smtp|imap|mail|mailer|email|gmail|ftp|sftp|ssh|ldap|bind|service|system|basic_?auth|auth|http|proxy|app|api|bot|demo|guest|key_?store|cert|certificate|pfx|encryption|sa|prod|production|staging|hidden|secret|backup|account|login|user|wifi|vault|grafana|initdb_root|default_user";
const PASSWORD = "(?:password|passwd|passphrase|pass|pwd)";
const KINDS: readonly (readonly [CredentialKind, RegExp])[] = [
  ["password", new RegExp(String.raw`(?:^|_)(?:${OWNER})_?${PASSWORD}\d?$`)],
  ["password", /(?:^|_)(?:admin|administrator|root|super_?user|master|staff|manager|secret)_pin(?:_code)?$/],
  [
    "secret",
    /(?:^|_)(?:jwt|session|cookie|token|access|refresh|auth|app|client|api|webhook|csrf|hmac|signing|encryption|crypto|master|shared|oauth2?|payment|internal|server|hash|admin|password|key|paseto|nextauth)_?secret\d?$/,
  ],
  ["secret", /(?:^|_)(?:master|secret|encryption|signing|crypto|jwt_secret)_?key\d?$/],
  [
    "key",
    /(?:^|_)(?:api|admin|service|auth|access|jwt|private)_?key\d?$|(?:^|_)(?:api|access|auth|admin|bot|bearer|service|deploy|webhook|verify|verification|master|npm|github|gitlab|slack|telegram|discord|internal|static|secret|root|personal_access)_?token\d?$/,
  ],
];

/** Made up for a test, or a word about the thing: `TEST_PASSWORD`, `resetPasswordField`, `WRONG_API_KEY`. */
const ABOUT =
  /(?:^|_)(?:tests?|mock|fake|dummy|example|sample|placeholder|invalid|wrong|missing|bad|new|old|current|show|hide|toggle|check|validate|verify_pass|compare|match|min|max|weak|strong|no|without|with|by|is|has|errors?|err|msgs?|messages?|label|title|fields?|inputs?|hint|help|regexp?|pattern|set|get|reset|forgot|forgotten|change|update|confirm|require|required|event|action|route|path|url|public|publishable|cache|storage|column|header|param|prefix|suffix)(?:_|$)/;

/** A word that every credential has in its name; most names have none, and this is asked of all. */
const MAY_BE = /pass|pwd|secret|key|token|_?pin(?:_?code)?$/i;

/** What a name says is kept under it; `undefined` where it says so of nothing, or only talks about it. */
export function credentialNamed(name: string): CredentialKind | undefined {
  if (name.length > 60 || !MAY_BE.test(name)) return undefined;
  const words = wordsOf(name).join("_");
  if (ABOUT.test(words)) return undefined;
  // A constant names whose it is, whoever that may be: `MQTT_PASSWORD`.
  if (/^[A-Z][A-Z\d]*_[A-Z\d_]*$/.test(name) && OF_SOMEBODY.test(words)) return "password";
  return KINDS.find(([, pattern]) => pattern.test(words))?.[0];
}

const OF_SOMEBODY = /_(?:password|passwd|passphrase|pass|pwd)\d?$/;

/** The same for a variable of the environment, which is no field and no message: `SMTP_PASS`, `PASSWORD`, `SECRET`. */
export function credentialVariable(name: string): CredentialKind | undefined {
  const words = wordsOf(name).join("_");
  if (ABOUT.test(words)) return undefined;
  if (/(?:password|passwd|passphrase)\d?$|(?:^|_)(?:pass|pwd)\d?$/.test(words)) return "password";
  return /(?:^|_)secret\d?$/.test(words) ? "secret" : credentialNamed(name);
}

/** `dbPassword`, `DB_PASSWORD` and `db-password` are the same two words. */
export const wordsOf = (text: string): readonly string[] =>
  text
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== "");

const MIN_LENGTH: Readonly<Record<CredentialKind, number>> = { password: 4, secret: 6, key: 6 };
const MAX_LENGTH = 128;
/** What is kept of a password, a path, a colour, a variable of a template. */
const OTHER =
  /^[.$%<{#@[(:&*_-]|^x-|\/|^(?:aes|sha|hs|rs|es|ps|md)-?\d|^v\d|\$\{|\.(?:json|key|pem|txt|js|ts)$/i;
/** Browsers are given these. */
const PUBLISHED = /^(?:AIza|pk_(?:live|test)_|pk\.|UA-|G-)/;
const EASY = /^(?:admin|root|guest|toor|pass)\d*$/i;
const ANNOUNCED =
  /^--|^(?:your|enter|insert|replace|my-?own|some)|here$|^(?:test|dummy|fake|mock|example|sample|placeholder|fixme|todo|changeme|change[-_]?(?:me|this|it)|none|null|undefined|not[-_]?(?:set|available|configured|provided|given|used)|unset|missing|empty|required|redacted|hidden|n\/?a|demo[-_]?key|x+|\*+)\b/i;

/** `courier-api-key-hardcoded-x1` has its own name in it, and is none. */
const OF_ITSELF = /[-_]hard-?coded(?:[-_]|$)/i;
/** A rule about such keys. */
const OF_RULES = /^(?:no|avoid|detect)[-_]/i;

/** Whether a text is the thing itself: no name of it, no label, no placeholder, nothing that a template fills in. */
export function isCredential(kind: CredentialKind, name: string, text: string): boolean {
  if (text.length < MIN_LENGTH[kind] || text.length > MAX_LENGTH || !/^[!-~]+$/.test(text)) return false;
  if (OTHER.test(text) || PUBLISHED.test(text) || isPlaceholder(text) || isAnnounced(text)) return false;
  if (OF_ITSELF.test(text) && !OF_RULES.test(text)) return true;
  if (kind === "key" && !/\d/.test(text)) return false;
  return (kind === "password" && EASY.test(text)) || !isName(name, text);
}

/** `changeme`, `your-api-key`, `<password>`: a person is asked to put the thing there. */
export const isAnnounced = (text: string): boolean => ANNOUNCED.test(text) || isPlaceholder(text);

const VOCABULARY: ReadonlySet<string> = new Set(
  `password passwd passphrase pass pwd pw secret token key keys api auth jwt session cookie access refresh header authorization bearer basic apikey accesstoken authtoken csrf xsrf client app admin user username login db database root string text hidden number boolean required optional none null undefined true false type name value id env my the in of x`.split(
    " ",
  ),
);
const THING = /^(?:password|passwd|passphrase|secret|token|key|apikey|pwd)$/;

/** `ADMIN_PASSWORD: "adminPassword"`, `API_KEY: "x-api-key2"`, `authToken: "auth/invalid-token"`, `DB_PASSWORD: "DATABASE_PASS"`. */
function isName(name: string, text: string): boolean {
  const [named, written] = [squashed(name), squashed(text)];
  if (named.includes(written) || written.includes(named)) return true;
  if (/^[A-Z][A-Z_]+$/.test(text)) return true;
  const words = wordsOf(text).map((word) => word.replace(/\d/g, ""));
  if (words.every((word) => word === "" || VOCABULARY.has(word)))
    return !/^\d+$/.test(written) && !/\d{2}/.test(written);
  return words.length > 1 && !/\d/.test(text) && words.some((word) => THING.test(word));
}

const squashed = (text: string): string => text.toLowerCase().replace(/[^a-z\d]/g, "");
