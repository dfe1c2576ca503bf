import type { StackLayer } from "./facts.ts";

export interface StackOptions {
  readonly name: string;
  readonly path: readonly string[];
  readonly options: unknown;
  /** Which argument the options were. */
  readonly at: number;
}

type Closure = Readonly<Record<string, unknown>>;
const rest = { $open: true } as const;

/**
 * What a package's middleware was called with, from the variables it closes over. Their names differ between versions,
 * so everything that is not listed stays open: unknown, not missing.
 */
export function optionsFrom(layer: StackLayer): StackOptions {
  const { closure, name } = layer;
  const from = layer.package ?? "";
  switch (from) {
    case "express-session":
      return plain(from, session(closure));
    case "cookie-session":
      return plain(from, closure["opts"] ?? rest);
    case "cors":
      return plain(from, closure["o"] ?? rest);
    case "csurf":
      return plain(from, { ...rest, cookie: closure["cookie"] });
    case "body-parser":
      return bodyParser(name, closure);
    case "serve-static":
      return { name: from, path: [], at: 1, options: closure["opts"] ?? rest };
    case "express-rate-limit":
      return { name: from, path: ["rateLimit"], at: 0, options: closure["config"] ?? rest };
    case "cookie-parser":
      return plain(from, closure["secrets"] ?? rest);
    case "connect":
      return connect(name, closure);
    case "helmet":
      return plain(from, headerOptions(layer));
    case "passport":
      return {
        name: from,
        path: [name === "authenticate" ? "authenticate" : "initialize"],
        at: 0,
        options: rest,
      };
    case "csrf-sync":
    case "csrf-csrf":
      return plain(from, rest);
    default:
      return plain(from, rest);
  }
}

const plain = (name: string, options: unknown): StackOptions => ({ name, path: [], at: 0, options });

function session(closure: Closure): unknown {
  return {
    ...rest,
    cookie: closure["cookieOptions"] ?? rest,
    secret: closure["secret"],
    name: closure["name"],
    store: closure["store"],
    saveUninitialized: closure["saveUninitializedSession"],
  };
}

function bodyParser(name: string, closure: Closure): StackOptions {
  const path =
    name === "jsonParser"
      ? "json"
      : name === "urlencodedParser"
        ? "urlencoded"
        : name === "rawParser"
          ? "raw"
          : "text";
  const nested = closure["readOptions"] as { limit?: unknown } | undefined;
  return {
    name: "body-parser",
    path: [path],
    at: 0,
    options: { ...rest, limit: nested?.limit ?? closure["limit"] },
  };
}

/** Express 3 keeps its middleware in Connect. */
function connect(name: string, closure: Closure): StackOptions {
  const known: Readonly<Record<string, string>> = {
    session: "session",
    csrf: "csrf",
    cookieParser: "cookieParser",
    bodyParser: "bodyParser",
    methodOverride: "methodOverride",
    static: "static",
    errorHandler: "errorHandler",
    directory: "directory",
    multipart: "multipart",
  };
  const path = known[name];
  const options = name === "session" ? { ...rest, secret: closure["secret"], store: closure["store"] } : rest;
  return { name: "connect", path: path === undefined ? [] : [path], at: 0, options };
}

/** Helmet is judged by the headers it set on a mock request. */
function headerOptions({ headers }: StackLayer): unknown {
  const value = (header: string): unknown => headers[header] ?? false;
  return {
    contentSecurityPolicy: policy(headers),
    frameguard: value("x-frame-options") !== false,
    noSniff: value("x-content-type-options") !== false,
    hsts: hsts(headers["strict-transport-security"]),
    hidePoweredBy: value("-x-powered-by") !== false,
    referrerPolicy: headers["referrer-policy"] === undefined ? false : { policy: headers["referrer-policy"] },
    crossOriginOpenerPolicy: value("cross-origin-opener-policy") !== false,
    xssFilter: value("x-xss-protection") !== false,
  };
}

function policy(headers: StackLayer["headers"]): unknown {
  const text = headers["content-security-policy"] ?? headers["content-security-policy-report-only"];
  if (text === undefined) return false;
  const directives = text.split(";").map((part) => part.trim().split(/\s+/));
  return {
    directives: Object.fromEntries(directives.map(([name = "", ...sources]) => [name, sources])),
    reportOnly: headers["content-security-policy"] === undefined,
  };
}

function hsts(text: string | undefined): unknown {
  const age = /max-age=(\d+)/.exec(text ?? "")?.[1];
  return age === undefined ? false : { maxAge: Number(age) };
}
