import { validateHeaderName, validateHeaderValue } from "node:http";

/** What else a refusal carries: `because` and `cause` stay inside, `headers` go to the client. */
export interface HttpErrorDetails {
  /** The exact reason, for the event and the log; never sent to the client. */
  readonly because?: string;
  /** Headers of the answer, such as `Retry-After` or `Allow`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/**
 * Refuses one request with a status and a code; the client is told those two and nothing more.
 *
 * Throw it (or pass it to `next`) from any route. Anything else that is thrown becomes a neutral 500.
 *
 * @throws {RangeError} when the status is not an integer from 400 to 599: an error must not become a 200.
 * @throws {TypeError} when a header could not be sent, such as a value with a line break in it.
 * @see RFC 9110 section 15.5 and 15.6; RFC 9457 for the JSON form of the answer
 * @example throw new HttpError(404, "NOT_FOUND");
 */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  readonly code: string;
  readonly because: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, details: HttpErrorDetails = {}) {
    super(details.because === undefined ? code : `${code}: ${details.because}`, { cause: details.cause });
    if (!(Number.isInteger(status) && status >= 400 && status <= 599)) {
      throw new RangeError(`HttpError: status is ${status}, expected an integer from 400 to 599`);
    }
    this.status = status;
    this.code = code;
    this.because = details.because;
    this.headers = readHeaders(details.headers);
  }
}

/** Checked where the error is made: there the stack names the line; in the answer it would be too late for one. */
function readHeaders(headers: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  return { ...headers };
}
