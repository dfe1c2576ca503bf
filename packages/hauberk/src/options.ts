import { parseBodyOptions, type BodyOptions, type BodyPolicy } from "./body/options.ts";
import { parseQueryOptions, type QueryOptions, type QueryPolicy } from "./body/query.ts";
import { parseCsrfOptions, type CsrfOptions, type CsrfPolicy } from "./csrf/options.ts";
import type { RenderErrorPage } from "./errors/respond.ts";
import { buildHeaders, type HeaderPolicy, type HeadersOptions } from "./headers/build.ts";
import { readBoolean, readFunction, readOptions } from "./internal/options.ts";
import { parseLimitOptions, type LimitOptions, type LimitPolicy } from "./limit/options.ts";
import { ORIGIN_KEYS, parseOriginOptions, type OriginOptions, type OriginPolicy } from "./origin/options.ts";
import {
  parseSessionOptions,
  SESSION_OPTION_NAMES,
  type SessionOptions,
  type SessionPolicy,
} from "./session/options.ts";
import { parseStaticOptions, type StaticOptions, type StaticPolicy } from "./static/options.ts";

export interface HauberkOptions extends OriginOptions {
  /**
   * At least one random secret of 32 bytes or more; the first makes tokens, the others still verify theirs.
   * `undefined` is accepted by the type so that `process.env.APP_SECRET` can be passed as it is, and refused at start.
   */
  readonly secrets: readonly (string | undefined)[];
  readonly session: Omit<SessionOptions, "insecureHttpCookies">;
  readonly headers?: HeadersOptions;
  /** Files served before the session is looked up. */
  readonly static?: StaticOptions;
  /** A limit by address for everything but static files; `false` when a proxy in front already has one. */
  readonly limit?: LimitOptions | false;
  readonly csrf?: CsrfOptions;
  readonly body?: BodyOptions;
  readonly query?: QueryOptions;
  readonly errors?: {
    /** Makes the HTML page of a refusal, a 404 or a 500. */
    readonly render?: RenderErrorPage;
  };
  /**
   * Cookies without `Secure` and the `__Host-` prefix, for browsers that refuse Secure cookies on http://localhost.
   * @default false
   */
  readonly insecureHttpCookies?: boolean;
}

export interface HauberkPolicy {
  readonly origin: OriginPolicy;
  readonly headers: HeaderPolicy;
  readonly static: StaticPolicy | undefined;
  readonly limit: LimitPolicy | undefined;
  readonly session: SessionPolicy;
  readonly csrf: CsrfPolicy;
  readonly body: BodyPolicy;
  readonly query: QueryPolicy;
  readonly renderErrorPage: RenderErrorPage | undefined;
}

const KNOWN = [
  ...ORIGIN_KEYS,
  "secrets",
  "session",
  "headers",
  "static",
  "limit",
  "csrf",
  "body",
  "query",
  "errors",
  "insecureHttpCookies",
] as const;

/** Reads all options once, at start; request code sees policies without anything optional. */
export function parseHauberkOptions(input: unknown): HauberkPolicy {
  const call = "hauberk()";
  const options = readOptions(input, KNOWN, { call });
  const { origins, proxy, redirectTo, insecureHttpOrigins, secrets } = options;
  const insecureHttpCookies = readBoolean(options["insecureHttpCookies"], false, {
    call,
    path: "insecureHttpCookies",
  });
  const session = readOptions(options["session"], SESSION_OPTION_NAMES, { call, path: "session" });
  const errors = readOptions(options["errors"], ["render"], { call, path: "errors" });
  return {
    origin: parseOriginOptions({ origins, proxy, redirectTo, insecureHttpOrigins }, call),
    headers: buildHeaders(options["headers"], call),
    static: options["static"] === undefined ? undefined : parseStaticOptions(options["static"], call),
    limit: options["limit"] === false ? undefined : parseLimitOptions(options["limit"], call),
    session: parseSessionOptions({ ...session, insecureHttpCookies }, call),
    csrf: parseCsrfOptions(options["csrf"], { secrets, insecureHttpCookies }, call),
    body: parseBodyOptions(options["body"], call),
    query: parseQueryOptions(options["query"], call),
    renderErrorPage: readFunction(errors["render"], { call, path: "errors.render" }) as
      | RenderErrorPage
      | undefined,
  };
}
