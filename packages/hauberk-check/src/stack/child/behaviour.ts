import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";

const WAIT_MS = 150;
/** Packages that only write headers: safe to call. */
const HEADER_PACKAGES =
  /helmet|lusca|hsts|frameguard|sniff|nocache|referrer|permissions-policy|feature-policy|content-security|csp|x-xss|ienoopen|dns-prefetch|powered-by|expect-ct|secur(?:e|ity)-headers|hpkp|crossdomain/;
/** Functions that write headers among other things keep state, or would answer the mock request. */
const STATEFUL =
  /^(?:express-session|cookie-session|serve-static|send|compression|morgan|on-headers|csurf|express-rate-limit|passport|multer|method-override|serve-index|body-parser|connect|cors|errorhandler|serve-favicon|express|router)$/;
const WRITES_HEADERS = /\b(?:setHeader|removeHeader)\s*\(|\bres(?:ponse)?\.(?:set|header)\s*\(/;

export interface Behaviour {
  readonly headers: Readonly<Record<string, string>>;
  readonly removesPoweredBy: boolean;
}

export interface Prototypes {
  readonly request: object | undefined;
  readonly response: object | undefined;
}

/** Whether calling the function shows something that cannot be seen otherwise, and does no harm. */
export function worthCalling(fn: unknown, pkg: string | undefined): boolean {
  if (typeof fn !== "function") return false;
  if (fn.length > 3 || fn.length < 2) return false;
  if (pkg === undefined) return WRITES_HEADERS.test(Function.prototype.toString.call(fn));
  if (STATEFUL.test(pkg)) return false;
  return HEADER_PACKAGES.test(pkg) || WRITES_HEADERS.test(Function.prototype.toString.call(fn));
}

/** Whether a package's function may be protection against forged requests that no table names. */
export function mayRefuseForged(fn: unknown, pkg: string | undefined): boolean {
  if (typeof fn !== "function" || fn.length !== 3 || pkg === undefined || STATEFUL.test(pkg)) return false;
  return /sec-fetch-site|csrf|xsrf|\borigin\b/i.test(Function.prototype.toString.call(fn));
}

/** Calls a middleware with a request that goes nowhere, and looks at the headers of its answer. */
export async function behaviourOf(fn: unknown, prototypes: Prototypes): Promise<Behaviour | undefined> {
  const { outcome, response } = await called(fn, prototypes, { method: "GET", headers: {} });
  // One that answers or fails instead of passing the request on shows the headers of a refusal, not of every answer.
  if (outcome !== "passed") return undefined;
  const { "x-powered-by": poweredBy, ...headers } = response.getHeaders();
  const texts = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(", ") : String(value),
  ]);
  return {
    headers: Object.fromEntries(texts) as Record<string, string>,
    removesPoweredBy: poweredBy === undefined,
  };
}

const FORGED = {
  origin: "https://hauberk-check.example",
  "sec-fetch-site": "cross-site",
  cookie: "sid=hauberk-check",
  "content-type": "application/x-www-form-urlencoded",
};

/** Whether it lets a GET pass and answers 403 to a POST that another site sent without a token. */
export async function refusesForged(fn: unknown, prototypes: Prototypes): Promise<boolean> {
  const own = await called(fn, prototypes, { method: "GET", headers: {} });
  if (own.outcome !== "passed") return false;
  const forged = await called(fn, prototypes, { method: "POST", headers: FORGED });
  return forged.outcome === 403;
}

interface Called {
  /** "passed" on, left "open", or ended with this status. */
  readonly outcome: "passed" | "open" | number;
  readonly response: ServerResponse;
}

/** Calls a middleware with a request that goes nowhere. */
export async function called(
  fn: unknown,
  prototypes: Prototypes,
  {
    method,
    headers,
    address,
  }: { readonly method: string; readonly headers: object; readonly address?: string },
): Promise<Called> {
  const socket = new Socket();
  if (address !== undefined) Object.defineProperty(socket, "remoteAddress", { value: address });
  const request = new IncomingMessage(socket);
  Object.assign(request, {
    method,
    url: "/",
    originalUrl: "/",
    baseUrl: "",
    path: "/",
    query: {},
    body: {},
    cookies: {},
    session: {},
    headers: { host: "localhost", accept: "text/html", ...headers },
  });
  const response = new ServerResponse(request);
  if (prototypes.request !== undefined) Object.setPrototypeOf(request, prototypes.request);
  if (prototypes.response !== undefined) Object.setPrototypeOf(response, prototypes.response);
  Object.assign(request, { res: response });
  Object.assign(response, { req: request, locals: {} });
  response.setHeader("X-Powered-By", "Express");
  const outcome = await call(fn as (...args: unknown[]) => unknown, request, response);
  return { outcome, response };
}

async function call(
  fn: (...args: unknown[]) => unknown,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Called["outcome"]> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, WAIT_MS, "open");
    const done = (outcome: Called["outcome"]): void => {
      clearTimeout(timer);
      resolve(outcome);
    };
    const failed = (error: unknown): void => {
      done(statusOf(error));
    };
    response.end = ((): ServerResponse => {
      done(response.statusCode);
      return response;
    }) as ServerResponse["end"];
    try {
      const result = fn(request, response, (error?: unknown) => {
        if (error === undefined || error === null) done("passed");
        else failed(error);
      });
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  });
}

/** Errors carry their status by convention; any other error is one of the server. */
function statusOf(error: unknown): number {
  const { status, statusCode } = (error ?? {}) as {
    readonly status?: unknown;
    readonly statusCode?: unknown;
  };
  const found = status ?? statusCode;
  return typeof found === "number" ? found : 500;
}
