import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import type { z } from "zod";
import { nearestName } from "./nearest.ts";
import { type SettingProblem, SettingsError, shown } from "./problem.ts";
import { SECRET_SETTINGS, SETTING_NAMES, SETTINGS, type Settings } from "./settings.ts";

/** The skeleton's own folder: where `.env`, `public/` and `views/` are. */
export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

type Proxy = "none" | "loopback" | { readonly hops: number } | { readonly cidr: readonly string[] };

/** What the application was told, checked and complete. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly origins: readonly [string, ...string[]];
  readonly proxy: Proxy;
  /** Absolute path of a folder, or `:memory:` (tests). */
  readonly dataDirectory: string;
  readonly secrets: readonly string[];
  readonly logLevel: string;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  readonly runAs: { readonly user: string; readonly group: string | undefined } | undefined;
  readonly insecureHttpCookies: boolean;
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
      ? pairProblems(result.data)
      : result.error.issues.map((issue) => invalidProblem(issue, given))),
  ];
  if (!result.success || problems.length > 0) throw new SettingsError(problems);
  return toConfig(result.data);
}

function toConfig(settings: Settings): Config {
  const [canonical, ...others] = (settings.ORIGIN ?? `http://localhost:${settings.PORT}`).split(",");
  return {
    port: Number(settings.PORT),
    host: settings.HOST,
    origins: [canonical ?? "", ...others],
    proxy: toProxy(settings.PROXY),
    dataDirectory: isAbsolute(settings.DATA_DIR) ? settings.DATA_DIR : join(ROOT, settings.DATA_DIR),
    secrets: settings.APP_SECRETS.split(","),
    logLevel: settings.LOG_LEVEL,
    tls: tlsOf(settings),
    runAs:
      settings.RUN_AS_USER === undefined
        ? undefined
        : { user: settings.RUN_AS_USER, group: settings.RUN_AS_GROUP },
    insecureHttpCookies: settings.INSECURE_HTTP_COOKIES === "true",
    insecureServeAsRoot: settings.INSECURE_SERVE_AS_ROOT === "true",
  };
}

function toProxy(text: string): Proxy {
  if (text === "none" || text === "loopback") return text;
  const [kind, value] = [text.slice(0, 4), text.slice(5)];
  return kind === "hops" ? { hops: Number(value) } : { cidr: value.split(",") };
}

/** `PORT=` in a file or a compose file means "not set". */
function blankIsUnset(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}

function tlsOf({ TLS_CERT: certFile, TLS_KEY: keyFile }: Settings): Config["tls"] {
  return certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile };
}

/** A setting that means nothing, or something else than meant, without another one. */
function pairProblems(settings: Settings): SettingProblem[] {
  const needed: readonly [set: keyof Settings, missing: keyof Settings, why: string][] = [
    [
      "TLS_CERT",
      "TLS_KEY",
      "HTTPS needs a certificate and its key; with one of them the server would speak plain HTTP.",
    ],
    [
      "TLS_KEY",
      "TLS_CERT",
      "HTTPS needs a certificate and its key; with one of them the server would speak plain HTTP.",
    ],
    ["RUN_AS_GROUP", "RUN_AS_USER", "giving up root's group alone leaves the process root."],
  ];
  return needed
    .filter(([set, missing]) => settings[set] !== undefined && settings[missing] === undefined)
    .map(([set, missing, why]) => ({
      code: "SETTING_MISSING",
      what: `${set} is set without ${missing}.`,
      why,
      fix: `set ${missing} too, or remove ${set}.`,
    }));
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
      ? `${name} is too short, too regular or not base64url (${value.length} characters).`
      : `${name} is ${shown(value)}.`,
    why: String(why),
    fix: String(fix),
  };
}
