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

interface Prototypes {
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

/** Calls a middleware with a request that goes nowhere, and looks at the headers of its answer. */
export async function behaviourOf(fn: unknown, prototypes: Prototypes): Promise<Behaviour | undefined> {
  const request = new IncomingMessage(new Socket());
  Object.assign(request, {
    method: "GET",
    url: "/",
    originalUrl: "/",
    baseUrl: "",
    path: "/",
    query: {},
    headers: { host: "localhost", accept: "text/html" },
  });
  const response = new ServerResponse(request);
  if (prototypes.request !== undefined) Object.setPrototypeOf(request, prototypes.request);
  if (prototypes.response !== undefined) Object.setPrototypeOf(response, prototypes.response);
  Object.assign(request, { res: response });
  Object.assign(response, { req: request, locals: {} });
  response.setHeader("X-Powered-By", "Express");
  const passed = await call(fn as (...args: unknown[]) => unknown, request, response);
  // One that answers or fails instead of passing the request on shows the headers of a refusal, not of every answer.
  if (!passed) return undefined;
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

async function call(
  fn: (...args: unknown[]) => unknown,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  return new Promise<boolean>((resolve) => {
    const timer = setTimeout(resolve, WAIT_MS, false);
    const done = (passed: boolean): void => {
      clearTimeout(timer);
      resolve(passed);
    };
    try {
      const result = fn(request, response, (error?: unknown) => {
        done(error === undefined || error === null);
      });
      if (result instanceof Promise)
        result.catch(() => {
          done(false);
        });
    } catch {
      done(false);
    }
  });
}
