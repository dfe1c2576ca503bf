import { HttpError } from "./http-error.ts";

/** What is known about an error; the client is told status, code and headers. */
export interface ErrorFacts {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  /** True for an answer somebody chose to give, false for a failure nobody expected. */
  readonly deliberate: boolean;
  /** The exact reason, for the event. */
  readonly because: string | undefined;
}

const NO_HEADERS = {};
const FAILURE: ErrorFacts = {
  status: 500,
  code: "INTERNAL_ERROR",
  headers: NO_HEADERS,
  deliberate: false,
  because: undefined,
};

/**
 * Decides what the client is told about whatever was thrown.
 *
 * Only errors made to be shown keep their status: ours, and those that say `expose` as Express's own parts do. A status
 * on any other error is somebody else's: an API client's 404 is this application's 500.
 */
export function classifyError(error: unknown): ErrorFacts {
  try {
    return readError(error);
  } catch {
    // A Proxy or an error whose getters throw: looking at it must not end the process.
    return FAILURE;
  }
}

function readError(error: unknown): ErrorFacts {
  if (error instanceof HttpError) {
    const { status, code, headers, because } = error;
    return { status, code, headers, because, deliberate: true };
  }
  // The router's own error for "/%zz" in a parameter.
  if (error instanceof URIError) return shown(400, "PARAMETER_INVALID");
  if (typeof error !== "object" || error === null) return FAILURE;
  const { expose, status } = error as Record<string, unknown>;
  const isClients = typeof status === "number" && Number.isInteger(status) && status >= 400 && status <= 499;
  if (expose !== true || !isClients) return FAILURE;
  return shown(status, status === 404 ? "NOT_FOUND" : `HTTP_${status}`);
}

function shown(status: number, code: string): ErrorFacts {
  return { status, code, headers: NO_HEADERS, deliberate: true, because: undefined };
}
