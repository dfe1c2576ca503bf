import { z } from "zod";
import {
  ACCOUNT_RULE,
  DATABASE_URL_RULE,
  DATA_DIR_RULE,
  FLAG_RULE,
  HIGH_PORT_RULE,
  HOST_RULE,
  HSTS_RULE,
  HTTP_PORT_RULE,
  LOG_LEVEL_RULE,
  MEGABYTES_RULE,
  ORIGIN_RULE,
  PATH_RULE,
  PORT_RULE,
  PROXY_RULE,
  REDIS_URL_RULE,
  type Rule,
  SECONDS_RULE,
  SECRETS_RULE,
  SOCKET_MODE_RULE,
  WORKERS_RULE,
} from "./rules.ts";

/** Every setting the application knows; the rules are checked by zod, the texts shown by `readSettings`. */
export const SETTINGS = z.object({
  PORT: setting(PORT_RULE).optional(),
  HOST: setting(HOST_RULE).default("127.0.0.1"),
  SOCKET_PATH: setting(PATH_RULE).optional(),
  SOCKET_MODE: setting(SOCKET_MODE_RULE).optional(),
  SOCKET_ACTIVATION: setting(FLAG_RULE).default("false"),
  WORKERS: setting(WORKERS_RULE).optional(),
  SHUTDOWN_DELAY_SECONDS: setting(SECONDS_RULE).default("0"),
  ORIGIN: setting(ORIGIN_RULE).optional(),
  PROXY: setting(PROXY_RULE).default("none"),
  DATA_DIR: setting(DATA_DIR_RULE).default("data"),
  MIN_FREE_DISK_MB: setting(MEGABYTES_RULE).default("64"),
  DATABASE_URL: setting(DATABASE_URL_RULE).optional(),
  REDIS_URL: setting(REDIS_URL_RULE).optional(),
  APP_SECRETS: setting(SECRETS_RULE),
  LOG_LEVEL: setting(LOG_LEVEL_RULE).default("info"),
  TLS_CERT: setting(PATH_RULE).optional(),
  TLS_KEY: setting(PATH_RULE).optional(),
  HTTP_PORT: setting(HTTP_PORT_RULE).optional(),
  ACME_DIR: setting(PATH_RULE).optional(),
  METRICS_PORT: setting(HIGH_PORT_RULE).optional(),
  METRICS_HOST: setting(HOST_RULE).optional(),
  RUN_AS_USER: setting(ACCOUNT_RULE).optional(),
  RUN_AS_GROUP: setting(ACCOUNT_RULE).optional(),
  HSTS: setting(HSTS_RULE).optional(),
  INSECURE_HTTP_COOKIES: setting(FLAG_RULE).default("false"),
  INSECURE_OPEN_REPORTS: setting(FLAG_RULE).default("false"),
  INSECURE_PUBLIC_METRICS: setting(FLAG_RULE).default("false"),
  INSECURE_STORE_TRANSPORT: setting(FLAG_RULE).default("false"),
  INSECURE_SERVE_AS_ROOT: setting(FLAG_RULE).default("false"),
});
export type Settings = z.infer<typeof SETTINGS>;

export const SETTING_NAMES: readonly string[] = Object.keys(SETTINGS.shape);

/** Settings whose value never appears in a message. */
export const SECRET_SETTINGS: ReadonlySet<string> = new Set(["APP_SECRETS", "DATABASE_URL", "REDIS_URL"]);

function setting(rule: Rule): z.ZodString {
  return z.string().refine(rule.accepts, { params: { why: rule.why, fix: rule.fix } });
}
