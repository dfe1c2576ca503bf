import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";

const WAIT_MS = 150;

export interface Prototypes {
  readonly request: object | undefined;
  readonly response: object | undefined;
}

export interface Called {
  /** "passed" on, left "open", or ended with this status. */
  readonly outcome: "passed" | "open" | number;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Settles when the answer ends, after everything that middleware does before that. */
  readonly ended: Promise<void>;
}

export interface MockRequest {
  readonly method: string;
  readonly headers: object;
  readonly address?: string;
  /** What earlier middleware would have put on the request. @default no cookies, body, query; an empty session */
  readonly made?: object;
}

/** Calls a middleware with a request that goes nowhere. */
export async function called(
  fn: unknown,
  prototypes: Prototypes,
  { method, headers, address, made = { query: {}, body: {}, cookies: {}, session: {} } }: MockRequest,
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
    ...made,
    headers: { host: "localhost", accept: "text/html", ...headers },
  });
  const response = new ServerResponse(request);
  if (prototypes.request !== undefined) Object.setPrototypeOf(request, prototypes.request);
  if (prototypes.response !== undefined) Object.setPrototypeOf(response, prototypes.response);
  Object.assign(request, { res: response });
  Object.assign(response, { req: request, locals: {} });
  response.setHeader("X-Powered-By", "Express");
  const ended = Promise.withResolvers<void>();
  const outcome = await call(fn as (...args: unknown[]) => unknown, request, response, ended.resolve);
  return { outcome, request, response, ended: ended.promise };
}

async function call(
  fn: (...args: unknown[]) => unknown,
  request: IncomingMessage,
  response: ServerResponse,
  end: () => void,
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
      writeHead(response);
      done(response.statusCode);
      end();
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

/** Middleware that waits for the head to be written adds its cookie then. */
function writeHead(response: ServerResponse): void {
  try {
    if (!response.headersSent) response.writeHead(response.statusCode);
  } catch {
    // A status no answer can have: nothing was added.
  }
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
