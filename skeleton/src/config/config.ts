import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import { keyRing } from "hauberk";
import type { HstsStep } from "hauberk/headers";
import type { z } from "zod";
import { nearestName } from "./nearest.ts";
import { relationProblems } from "./relations.ts";
import { type SettingProblem, SettingsError, shown } from "./problem.ts";
import { SECRET_SETTINGS, SETTING_NAMES, SETTINGS, type Settings } from "./settings.ts";

/** The skeleton's own folder: where `.env`, `public/` and `views/` are. */
export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

const DEFAULT_PORT = 3000;

type Proxy = "none" | "loopback" | { readonly hops: number } | { readonly cidr: readonly string[] };

type Place =
  | { readonly port: number; readonly host: string }
  | { readonly socketPath: string; readonly socketMode?: number }
  | { readonly socketActivation: true };

/** What the application was told, checked and complete. */
export interface Config {
  /** Where to listen: a port, a Unix-domain socket, or what systemd opened. */
  readonly place: Place;
  /** Processes that share the work; `undefined` is one without a supervisor. */
  readonly workers: number | "auto" | undefined;
  /** How long readiness says no before the port is closed. */
  readonly shutdownDelayMs: number;
  readonly origins: readonly [string, ...string[]];
  readonly proxy: Proxy;
  /** Absolute path of a folder, or `:memory:` (tests). */
  readonly dataDirectory: string;
  /** Below this many free bytes on the disk of the data folder the application is not ready. */
  readonly minFreeDiskBytes: number;
  /** PostgreSQL, for the data; `undefined` is SQLite in the data folder. */
  readonly databaseUrl: string | undefined;
  /** Redis, for sessions and limits; `undefined` keeps them where the data is. */
  readonly redisUrl: string | undefined;
  readonly secrets: readonly string[];
  readonly logLevel: string;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** The port that redirects to https; `port` is undefined for systemd's second socket. */
  readonly plainHttp: { readonly port?: number; readonly acmeFolder?: string } | undefined;
  readonly metrics: { readonly port: number; readonly host: string; readonly isPublic: boolean } | undefined;
  readonly runAs: { readonly user: string; readonly group: string | undefined } | undefined;
  /** How far on its way to HTTPS for ever this host is; the toolkit's two years when unset. */
  readonly hsts: HstsStep | undefined;
  readonly insecureHttpCookies: boolean;
  /** Shows the reports to everybody on this machine, without an account. */
  readonly insecureOpenReports: boolean;
  readonly insecureServeAsRoot: boolean;
}

/**
 * Reads the settings from the text of a `.env` file and the environment, which wins.
 *
 * @throws {SettingsError} naming every wrong, missing or unknown setting at once.
 */
export function readConfig(
  envFile: string,
  environment: Readonly<Record<string, string | undefined>>,
): Config {
  const fromFile = parseEnv(envFile);
  const given = Object.fromEntries(
    SETTING_NAMES.map((name) => [name, blankIsUnset(environment[name]) ?? blankIsUnset(fromFile[name])]),
  );
  const result = SETTINGS.safeParse(given);
  const problems = [
    ...Object.keys(fromFile)
      .filter((name) => !SETTING_NAMES.includes(name))
      .map(unknownProblem),
    ...(result.success
      ? relationProblems(result.data)
      : result.error.issues.map((issue) => invalidProblem(issue, given))),
  ];
  if (!result.success || problems.length > 0) throw new SettingsError(problems);
  return toConfig(result.data);
}

function toConfig(settings: Settings): Config {
  const [canonical, ...others] = (settings.ORIGIN ?? `http://localhost:${portOf(settings)}`).split(",");
  return {
    place: placeOf(settings),
    workers:
      settings.WORKERS === undefined || settings.WORKERS === "auto"
        ? settings.WORKERS
        : Number(settings.WORKERS),
    shutdownDelayMs: Number(settings.SHUTDOWN_DELAY_SECONDS) * 1000,
    origins: [canonical ?? "", ...others],
    proxy: toProxy(settings.PROXY),
    dataDirectory: isAbsolute(settings.DATA_DIR) ? settings.DATA_DIR : join(ROOT, settings.DATA_DIR),
    minFreeDiskBytes: Number(settings.MIN_FREE_DISK_MB) * 1_000_000,
    databaseUrl: settings.DATABASE_URL,
    redisUrl: settings.REDIS_URL,
    secrets: keyRing(settings.APP_SECRETS),
    logLevel: settings.LOG_LEVEL,
    tls: tlsOf(settings),
    plainHttp: plainHttpOf(settings),
    metrics: metricsOf(settings),
    runAs:
      settings.RUN_AS_USER === undefined
        ? undefined
        : { user: settings.RUN_AS_USER, group: settings.RUN_AS_GROUP },
    hsts: settings.HSTS as HstsStep | undefined,
    insecureHttpCookies: settings.INSECURE_HTTP_COOKIES === "true",
    insecureOpenReports: settings.INSECURE_OPEN_REPORTS === "true",
    insecureServeAsRoot: settings.INSECURE_SERVE_AS_ROOT === "true",
  };
}

function toProxy(text: string): Proxy {
  if (text === "none" || text === "loopback") return text;
  const [kind, value] = [text.slice(0, 4), text.slice(5)];
  return kind === "hops" ? { hops: Number(value) } : { cidr: value.split(",") };
}

function portOf({ PORT }: Settings): number {
  return Number(PORT ?? DEFAULT_PORT);
}

function placeOf(settings: Settings): Place {
  const { SOCKET_PATH: socketPath, SOCKET_MODE: mode } = settings;
  if (settings.SOCKET_ACTIVATION === "true") return { socketActivation: true };
  if (socketPath === undefined) return { port: portOf(settings), host: settings.HOST };
  return { socketPath, ...(mode !== undefined && { socketMode: Number.parseInt(mode, 8) }) };
}

function plainHttpOf({ HTTP_PORT: port, ACME_DIR: acmeFolder }: Settings): Config["plainHttp"] {
  if (port === undefined) return undefined;
  return {
    ...(port !== "activated" && { port: Number(port) }),
    ...(acmeFolder !== undefined && { acmeFolder }),
  };
}

function metricsOf({
  METRICS_PORT: port,
  METRICS_HOST: host,
  INSECURE_PUBLIC_METRICS: isPublic,
}: Settings): Config["metrics"] {
  if (port === undefined) return undefined;
  return { port: Number(port), host: host ?? "127.0.0.1", isPublic: isPublic === "true" };
}

/** `PORT=` in a file or a compose file means "not set". */
function blankIsUnset(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}

function tlsOf({ TLS_CERT: certFile, TLS_KEY: keyFile }: Settings): Config["tls"] {
  return certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile };
}

function unknownProblem(name: string): SettingProblem {
  const nearest = nearestName(name, SETTING_NAMES);
  return {
    code: "SETTING_UNKNOWN",
    what: `.env: ${shown(name)} is not a setting of this application.`,
    why: "a mistyped name leaves the default in force while the file says otherwise.",
    fix: nearest === undefined ? "remove it; .env.example lists every setting." : `did you mean ${nearest}?`,
  };
}

function invalidProblem(
  issue: z.core.$ZodIssue,
  given: Readonly<Record<string, string | undefined>>,
): SettingProblem {
  const name = String(issue.path[0]);
  const value = given[name];
  if (value === undefined) {
    return {
      code: "SETTING_MISSING",
      what: `${name} is not set.`,
      why: "without a secret of its own the application cannot sign anything an attacker could not forge.",
      fix: "run `node scripts/create-env.mjs`, which writes .env with a generated one.",
    };
  }
  const { why, fix } = issue.code === "custom" ? { ...issue.params } : {};
  return {
    code: "SETTING_INVALID",
    what: SECRET_SETTINGS.has(name)
      ? `${name} is not one that can be used (${value.length} characters, not shown).`
      : `${name} is ${shown(value)}.`,
    why: String(why),
    fix: String(fix),
  };
}
