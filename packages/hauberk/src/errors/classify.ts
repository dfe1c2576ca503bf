import { HttpError } from "./http-error.ts";

/** What the client may know about an error. */
export interface ErrorFacts {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Decides what the client is told about whatever was thrown.
 *
 * Only errors made to be shown keep their status: ours, and those that say `expose` as Express's own parts do. A status
 * on any other error is somebody else's: an API client's 404 is this application's 500.
 */
export function classifyError(error: unknown): ErrorFacts {
  if (error instanceof HttpError) return { status: error.status, code: error.code, headers: error.headers };
  // The router's own error for "/%zz" in a parameter.
  if (error instanceof URIError) return { status: 400, code: "PARAMETER_INVALID", headers: {} };
  const { expose, status } =
    typeof error === "object" && error !== null ? (error as Record<string, unknown>) : {};
  if (
    expose === true &&
    typeof status === "number" &&
    Number.isInteger(status) &&
    status >= 400 &&
    status <= 499
  ) {
    return { status, code: status === 404 ? "NOT_FOUND" : `HTTP_${status}`, headers: {} };
  }
  return { status: 500, code: "INTERNAL_ERROR", headers: {} };
}
