import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import type { z } from "zod";
import { nearestName } from "./nearest.ts";
import { type SettingProblem, SettingsError, shown } from "./problem.ts";
import { SECRET_SETTINGS, SETTING_NAMES, SETTINGS, type Settings } from "./settings.ts";

/** The skeleton's own folder: where `.env`, `public/` and `views/` are. */
export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

export type Proxy = "none" | "loopback" | { readonly hops: number } | { readonly cidr: readonly string[] };

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
  readonly runAs: { readonly user: string; readonly group: string } | undefined;
  readonly insecureHttpCookies: boolean;
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
    tls: together(settings.TLS_CERT, settings.TLS_KEY, (certFile, keyFile) => ({ certFile, keyFile })),
    runAs: together(settings.RUN_AS_USER, settings.RUN_AS_GROUP, (user, group) => ({ user, group })),
    insecureHttpCookies: settings.INSECURE_HTTP_COOKIES === "true",
  };
}

function toProxy(text: string): Proxy {
  if (text === "none" || text === "loopback") return text;
  const [kind, value] = [text.slice(0, 4), text.slice(5)];
  return kind === "hops" ? { hops: Number(value) } : { cidr: value.split(",") };
}

function together<T>(
  left: string | undefined,
  right: string | undefined,
  join2: (left: string, right: string) => T,
): T | undefined {
  return left === undefined || right === undefined ? undefined : join2(left, right);
}

/** `PORT=` in a file or a compose file means "not set". */
function blankIsUnset(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}

function pairProblems(settings: Settings): SettingProblem[] {
  const pairs: readonly [keyof Settings, keyof Settings, string][] = [
    [
      "TLS_CERT",
      "TLS_KEY",
      "HTTPS needs a certificate and its key; with one of them the server would speak plain HTTP.",
    ],
    ["RUN_AS_USER", "RUN_AS_GROUP", "giving up the user but not the group leaves the process root's group."],
  ];
  return pairs
    .filter(([left, right]) => (settings[left] === undefined) !== (settings[right] === undefined))
    .map(([left, right, why]) => ({
      code: "SETTING_MISSING",
      what: `${left} and ${right} belong together, and only one of them is set.`,
      why,
      fix: `set ${settings[left] === undefined ? left : right} too, or neither.`,
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
