import { isIP } from "node:net";
import { keyRing } from "hauberk";

/** A rule broken by a setting: `why` and `fix` of the house format travel in the issue. */
export interface Rule {
  readonly why: string;
  readonly fix: string;
  readonly accepts: (value: string) => boolean;
}

const MIN_SECRET_BYTES = 32;

export const PORT_RULE: Rule = {
  why: "a server cannot listen on anything but a port number from 1 to 65535.",
  fix: "set it to a free port, for example 3000.",
  accepts: (value) => /^[1-9]\d{0,4}$/.test(value) && Number(value) <= 65_535,
};
export const HOST_RULE: Rule = {
  why: "it must be one address or host name of this machine, without a scheme or port.",
  fix: 'use "127.0.0.1" for this machine only, or "0.0.0.0" for every interface.',
  accepts: (value) => isIP(value) !== 0 || /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(value),
};
export const ORIGIN_RULE: Rule = {
  why: "browsers send origins as scheme://host[:port]; anything else never matches, or matches more than meant.",
  fix: 'drop path, query and trailing slash, for example "https://app.example".',
  accepts: (value) => value.split(",").every(isOrigin),
};
export const PROXY_RULE: Rule = {
  why: "believing X-Forwarded-* from anyone lets every visitor choose his own address, host and scheme.",
  fix: 'say what stands in front: "none", "loopback", "hops:1" or "cidr:10.0.0.0/8,fd00::/8".',
  accepts: (value) => /^(?:none|loopback|hops:[1-9]|cidr:[0-9A-Fa-f.:/]+(?:,[0-9A-Fa-f.:/]+)*)$/.test(value),
};
export const DATA_DIR_RULE: Rule = {
  why: "without a folder there is nowhere to keep the databases.",
  fix: 'name a folder the application may write to, for example "data".',
  accepts: (value) => value.trim() !== "" && !value.includes("\0"),
};
export const SECRETS_RULE: Rule = {
  why: "whoever guesses a short or well-known secret can forge what the application signs.",
  fix: "run `node scripts/create-env.mjs`, or set what `npx hauberk keys new` prints; `keys rotate` adds a newer one.",
  accepts: isKeyRing,
};
export const LOG_LEVEL_RULE: Rule = {
  why: "with an unknown level nothing, or everything, would be logged.",
  fix: 'use one of "fatal", "error", "warn", "info", "debug", "trace", "silent".',
  accepts: (value) => ["fatal", "error", "warn", "info", "debug", "trace", "silent"].includes(value),
};
export const PATH_RULE: Rule = {
  why: "the certificate and its key are read from files.",
  fix: 'give the path of a file, for example "/etc/ssl/app/key.pem".',
  accepts: (value) => value.trim() !== "" && !value.includes("\0"),
};
export const ACCOUNT_RULE: Rule = {
  why: "the application gives up root for this account; it must be a name or number the system knows.",
  fix: 'use an existing unprivileged account, for example "www-data".',
  accepts: (value) => /^(?:[a-z_][a-z0-9_-]{0,30}|[1-9]\d{0,9})$/.test(value) && value !== "root",
};
export const FLAG_RULE: Rule = {
  why: "a word that only looks like yes or no would be read as the other one.",
  fix: 'use "true" or "false".',
  accepts: (value) => value === "true" || value === "false",
};
export const SOCKET_MODE_RULE: Rule = {
  why: "whoever may connect to the socket can say who a visitor is.",
  fix: 'use three octal digits that leave out other users, for example "660".',
  accepts: (value) => /^0?[0-7][0-7]0$/.test(value),
};
export const WORKERS_RULE: Rule = {
  why: "so many processes are started, and each of them needs memory and a share of a processor.",
  fix: 'use "auto" for one a processor, or a number from 1 to 256.',
  accepts: (value) => value === "auto" || (/^[1-9]\d{0,2}$/.test(value) && Number(value) <= 256),
};
export const SECONDS_RULE: Rule = {
  why: "the application would never end, or end before its load balancer knows.",
  fix: "use a whole number of seconds from 0 to 300, for example 5.",
  accepts: (value) => /^(?:0|[1-9]\d{0,2})$/.test(value) && Number(value) <= 300,
};
export const MEGABYTES_RULE: Rule = {
  why: "a full disk loses what people write; before that the load balancer should look for another instance.",
  fix: "use a whole number of megabytes from 1 to 999999999, for example 64.",
  accepts: (value) => /^[1-9]\d{0,8}$/.test(value),
};
export const HIGH_PORT_RULE: Rule = {
  why: "it is opened after root was given up, so it must be a port anybody may open.",
  fix: "set it to a free port from 1024 to 65535, for example 9464.",
  accepts: (value) => PORT_RULE.accepts(value) && Number(value) >= 1024,
};
export const HTTP_PORT_RULE: Rule = {
  why: "plain http is answered there with a redirect to https.",
  fix: 'set it to 80, or to "activated" for the second socket that systemd opened.',
  accepts: (value) => value === "activated" || PORT_RULE.accepts(value),
};
export const HSTS_RULE: Rule = {
  why: "browsers hold on to HTTPS for as long as they are told, and nobody can tell them otherwise.",
  fix: 'go step by step: "five-minutes", "one-day", "one-year", "preload".',
  accepts: (value) => ["five-minutes", "one-day", "one-year", "preload"].includes(value),
};
export const DATABASE_URL_RULE: Rule = {
  why: "accounts and notes are kept there.",
  fix: 'write it like "postgres://app:password@db.internal/app?sslmode=verify-full".',
  accepts: (value) => isUrlOf(value, ["postgres:", "postgresql:"]),
};
export const REDIS_URL_RULE: Rule = {
  why: "sessions and limits are kept there.",
  fix: 'write it like "rediss://app:password@redis.internal:6379".',
  accepts: (value) => isUrlOf(value, ["redis:", "rediss:"]),
};

function isOrigin(text: string): boolean {
  // The URL parser accepts "https://*.example.com" unchanged, and no browser ever sends it.
  if (text.includes("*") || !URL.canParse(text)) return false;
  const url = new URL(text);
  return (url.protocol === "https:" || url.protocol === "http:") && url.origin === text;
}

function isKeyRing(text: string): boolean {
  try {
    return keyRing(text).every(isSecret);
  } catch {
    return false;
  }
}

function isSecret(text: string): boolean {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return false;
  const bytes = Buffer.from(text, "base64url");
  // "AAAA..." decodes to enough bytes too.
  return bytes.length >= MIN_SECRET_BYTES && new Set(bytes).size >= MIN_SECRET_BYTES / 2;
}

function isUrlOf(text: string, schemes: readonly string[]): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, hash } = new URL(text);
  // What follows a # in a password that was not encoded is cut off silently.
  return schemes.includes(protocol) && hostname !== "" && hash === "";
}
