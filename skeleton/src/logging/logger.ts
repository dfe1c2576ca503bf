import { type DestinationStream, type Logger, pino } from "pino";

/** Names under which a secret could reach a log line, at the top and up to three levels down. */
const SECRET_NAMES = [
  "cookie",
  '["set-cookie"]',
  "authorization",
  '["proxy-authorization"]',
  '["x-csrf-token"]',
  "password",
  "currentPassword",
  "newPassword",
  "passwordHash",
  "password_hash",
  "_csrf",
  "csrftoken",
  "token",
  "secret",
  "secrets",
];
const PREFIXES = ["", "*", "*.*", "*.*.*"];

/**
 * The application's log: one JSON object a line on standard output, times in UTC, secrets replaced.
 *
 * Nothing here is meant to log a body or a cookie; the redaction is for the day somebody does.
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: PREFIXES.flatMap((prefix) => SECRET_NAMES.map((name) => joined(prefix, name))),
      censor: "[redacted]",
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

function joined(prefix: string, name: string): string {
  if (prefix === "") return name;
  return name.startsWith("[") ? `${prefix}${name}` : `${prefix}.${name}`;
}
