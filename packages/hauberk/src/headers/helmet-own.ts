import { ConfigError } from "../errors/config-error.ts";
import { isPlainObject, readOptions, wrongType } from "../internal/options.ts";

type Settings = Readonly<Record<string, unknown>>;

/** Options of helmet whose headers are Hauberk's own, and the option that stands for them here. */
const OWN: Readonly<Record<string, string>> = {
  contentSecurityPolicy: "csp",
  strictTransportSecurity: "hsts",
  hsts: "hsts",
  crossOriginEmbedderPolicy: "crossOriginIsolation",
  xFrameOptions: "csp",
  frameguard: "csp",
};

/**
 * Reads helmet's options for the headers that are built here as if they had been given in Hauberk's own words, so that
 * what people know of helmet keeps its meaning. Saying the same header in both ways is refused.
 *
 * @throws {ConfigError} `HEADERS_CONFLICT`
 */
export function translateHelmet(options: Settings, call: string): Settings {
  const { helmet } = options;
  if (!isPlainObject(helmet)) return options;
  const own = Object.keys(helmet).filter((key) => Object.hasOwn(OWN, key));
  const removed = ["xPoweredBy", "hidePoweredBy"].find((key) => key in helmet);
  if (removed !== undefined) throw conflict(removed, "nothing: X-Powered-By is always removed", call);
  const translated: Record<string, unknown> = { ...options };
  for (const key of own) {
    const target = OWN[key] ?? "";
    if (translated[target] !== undefined) throw conflict(key, `headers.${target}`, call);
    translated[target] = TRANSLATIONS[target]?.(helmet[key], key, call);
  }
  translated["helmet"] = Object.fromEntries(Object.entries(helmet).filter(([key]) => !own.includes(key)));
  return translated;
}

type Translate = (value: unknown, key: string, call: string) => unknown;

const TRANSLATIONS: Readonly<Record<string, Translate>> = {
  hsts: (value, key, call) => {
    if (value === true) return {};
    if (value === false) throw conflict(key, 'headers.hsts; { step: "five-minutes" } is its least', call);
    const path = `helmet.${key}`;
    const given = readOptions(value, ["maxAge", "includeSubDomains", "preload"], { call, path });
    const { maxAge, ...rest } = given;
    return maxAge === undefined ? rest : { ...rest, maxAgeSeconds: maxAge };
  },
  crossOriginIsolation: (value, key, call) => {
    if (typeof value === "boolean") return value;
    const path = `helmet.${key}`;
    const { policy = "require-corp" } = readOptions(value, ["policy"], { call, path });
    if (policy === "require-corp") return true;
    if (policy === "unsafe-none") return false;
    throw wrongType(policy, '"require-corp" or "unsafe-none"', { call, path: `${path}.policy` });
  },
  csp: (value, key, call) =>
    key === "contentSecurityPolicy" ? policyOf(value, call) : framePolicy(value, key, call),
};

/** helmet's directives replace the default's, one by one, as they do with helmet's `useDefaults`. */
function policyOf(value: unknown, call: string): unknown {
  if (value === true) return {};
  const path = "helmet.contentSecurityPolicy";
  if (value === false)
    throw conflict("contentSecurityPolicy", "headers.csp; it can be changed, not left out", call);
  const given = readOptions(value, ["directives", "useDefaults", "reportOnly"], { call, path });
  if (given["reportOnly"] === true)
    throw conflict("contentSecurityPolicy.reportOnly", "headers.cspCandidate", call);
  if (given["useDefaults"] === false)
    throw conflict("contentSecurityPolicy.useDefaults", "headers.csp, as { replace: { ... } }", call);
  const directives = given["directives"] ?? {};
  if (!isPlainObject(directives))
    throw wrongType(directives, "an object", { call, path: `${path}.directives` });
  const entries = Object.entries(directives).map(([name, sources]) => [kebab(name), sources] as const);
  const replace = entries.filter(([name]) => name !== "upgrade-insecure-requests");
  return {
    replace: Object.fromEntries(replace.map(([name, sources]) => [name, listOf(sources, name, call)])),
  };
}

function listOf(sources: unknown, name: string, call: string): unknown {
  const list: readonly unknown[] =
    typeof sources === "string" ? sources.trim().split(/\s+/) : Array.isArray(sources) ? sources : [sources];
  if (list.every((source) => typeof source === "string")) return list;
  // helmet's recipe for a nonce: (req, res) => `'nonce-${res.locals.nonce}'`.
  throw wrongType(sources, `texts; for a nonce write "'nonce'"`, {
    call,
    path: `helmet.contentSecurityPolicy.directives.${name}`,
  });
}

function framePolicy(value: unknown, key: string, call: string): unknown {
  if (value === true) return {};
  if (value === false) throw conflict(key, 'headers.csp, as "frame-ancestors"', call);
  const path = `helmet.${key}`;
  const { action = "sameorigin" } = readOptions(value, ["action"], { call, path });
  const ancestors = typeof action === "string" ? FRAMES[action.toLowerCase()] : undefined;
  if (ancestors === undefined)
    throw wrongType(action, '"deny" or "sameorigin"', { call, path: `${path}.action` });
  return { replace: { "frame-ancestors": [ancestors] } };
}

const FRAMES: Readonly<Record<string, string>> = { deny: "'none'", sameorigin: "'self'" };

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function conflict(key: string, own: string, call: string): ConfigError {
  return new ConfigError("HEADERS_CONFLICT", {
    what: `${call}: option "helmet.${key}" sets a header that belongs to ${own}.`,
    why: "whichever is written last would win, and nobody reading the options could tell which.",
    fix: `leave it out here and use ${own}.`,
  });
}
