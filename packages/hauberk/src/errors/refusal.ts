import { HTTP_ERROR_CODES, type HttpErrorCode } from "../internal/error-codes.ts";
import { HttpError, type HttpErrorDetails } from "./http-error.ts";

/** A refusal of the toolkit itself: the status comes from the registry, so that a code always has the same one. */
export function refusal(code: HttpErrorCode, details: HttpErrorDetails = {}): HttpError {
  return new HttpError(HTTP_ERROR_CODES[code].status, code, details);
}
