import { isIP } from "node:net";
import { z } from "zod";

/** A rule broken by a setting: `why` and `fix` of the house format travel in the issue. */
interface Rule {
  readonly why: string;
  readonly fix: string;
  readonly accepts: (value: string) => boolean;
}

const MIN_SECRET_BYTES = 32;

const PORT_RULE: Rule = {
  why: "a server cannot listen on anything but a port number from 1 to 65535.",
  fix: "set it to a free port, for example 3000.",
  accepts: (value) => /^[1-9]\d{0,4}$/.test(value) && Number(value) <= 65_535,
};
const HOST_RULE: Rule = {
  why: "it must be one address or host name of this machine, without a scheme or port.",
  fix: 'use "127.0.0.1" for this machine only, or "0.0.0.0" for every interface.',
  accepts: (value) => isIP(value) !== 0 || /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(value),
};
const ORIGIN_RULE: Rule = {
  why: "browsers send origins as scheme://host[:port]; anything else never matches, or matches more than meant.",
  fix: 'drop path, query and trailing slash, for example "https://app.example".',
  accepts: (value) => value.split(",").every(isOrigin),
};
const PROXY_RULE: Rule = {
  why: "believing X-Forwarded-* from anyone lets every visitor choose his own address, host and scheme.",
  fix: 'say what stands in front: "none", "loopback", "hops:1" or "cidr:10.0.0.0/8,fd00::/8".',
  accepts: (value) => /^(?:none|loopback|hops:[1-9]|cidr:[0-9A-Fa-f.:/]+(?:,[0-9A-Fa-f.:/]+)*)$/.test(value),
};
const DATA_DIR_RULE: Rule = {
  why: "without a folder there is nowhere to keep the databases.",
  fix: 'name a folder the application may write to, for example "data".',
  accepts: (value) => value.trim() !== "" && !value.includes("\0"),
};
const SECRETS_RULE: Rule = {
  why: "whoever guesses a short or well-known secret can forge what the application signs.",
  fix: "run `node scripts/create-env.mjs`, or set 32 random bytes written as base64url (43 characters).",
  accepts: (value) => value.split(",").every(isSecret),
};
const LOG_LEVEL_RULE: Rule = {
  why: "with an unknown level nothing, or everything, would be logged.",
  fix: 'use one of "fatal", "error", "warn", "info", "debug", "trace", "silent".',
  accepts: (value) => ["fatal", "error", "warn", "info", "debug", "trace", "silent"].includes(value),
};
const PATH_RULE: Rule = {
  why: "the certificate and its key are read from files.",
  fix: 'give the path of a file, for example "/etc/ssl/app/key.pem".',
  accepts: (value) => value.trim() !== "" && !value.includes("\0"),
};
const ACCOUNT_RULE: Rule = {
  why: "the application gives up root for this account; it must be a name or number the system knows.",
  fix: 'use an existing unprivileged account, for example "www-data".',
  accepts: (value) => /^(?:[a-z_][a-z0-9_-]{0,30}|[1-9]\d{0,9})$/.test(value) && value !== "root",
};
const FLAG_RULE: Rule = {
  why: "a word that only looks like yes or no would be read as the other one.",
  fix: 'use "true" or "false".',
  accepts: (value) => value === "true" || value === "false",
};

/** Every setting the application knows; the rules are checked by zod, the texts shown by `readSettings`. */
export const SETTINGS = z.object({
  PORT: setting(PORT_RULE).default("3000"),
  HOST: setting(HOST_RULE).default("127.0.0.1"),
  ORIGIN: setting(ORIGIN_RULE).optional(),
  PROXY: setting(PROXY_RULE).default("none"),
  DATA_DIR: setting(DATA_DIR_RULE).default("data"),
  APP_SECRETS: setting(SECRETS_RULE),
  LOG_LEVEL: setting(LOG_LEVEL_RULE).default("info"),
  TLS_CERT: setting(PATH_RULE).optional(),
  TLS_KEY: setting(PATH_RULE).optional(),
  RUN_AS_USER: setting(ACCOUNT_RULE).optional(),
  RUN_AS_GROUP: setting(ACCOUNT_RULE).optional(),
  INSECURE_HTTP_COOKIES: setting(FLAG_RULE).default("false"),
  INSECURE_SERVE_AS_ROOT: setting(FLAG_RULE).default("false"),
});
export type Settings = z.infer<typeof SETTINGS>;

export const SETTING_NAMES: readonly string[] = Object.keys(SETTINGS.shape);

/** Settings whose value never appears in a message. */
export const SECRET_SETTINGS: ReadonlySet<string> = new Set(["APP_SECRETS"]);

function setting(rule: Rule): z.ZodString {
  return z.string().refine(rule.accepts, { params: { why: rule.why, fix: rule.fix } });
}

function isOrigin(text: string): boolean {
  // The URL parser accepts "https://*.example.com" unchanged, and no browser ever sends it.
  if (text.includes("*") || !URL.canParse(text)) return false;
  const url = new URL(text);
  return (url.protocol === "https:" || url.protocol === "http:") && url.origin === text;
}

function isSecret(text: string): boolean {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return false;
  const bytes = Buffer.from(text, "base64url");
  // "AAAA..." decodes to enough bytes too.
  return bytes.length >= MIN_SECRET_BYTES && new Set(bytes).size >= MIN_SECRET_BYTES / 2;
}
