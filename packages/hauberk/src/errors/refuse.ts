import type { IncomingMessage } from "node:http";
import { emitRequestEvent, type SecurityEventName } from "../events/index.ts";
import { contextOf } from "../internal/context.ts";
import type { HttpErrorCode } from "../internal/error-codes.ts";
import type { HttpErrorDetails } from "./http-error.ts";
import { refusal } from "./refusal.ts";

/**
 * Refuses a request inside the pipeline: one typed event with the reason, one error without it for the answer.
 * The event is sent here and not where the error is answered: an error handler of the application may come in between.
 */
export function refuse(
  req: IncomingMessage,
  next: (error: unknown) => void,
  event: SecurityEventName,
  code: HttpErrorCode,
  because: string,
  details: HttpErrorDetails = {},
): void {
  const error = refusal(code, { ...details, because });
  emitRequestEvent(event, req, { code, because, status: error.status });
  contextOf(req).reported = error;
  next(error);
}
