export { ConfigError, type ConfigProblem } from "./config-error.ts";
export { HttpError, type HttpErrorDetails } from "./http-error.ts";
export type { ErrorPageFacts } from "./page.ts";
export type { RenderErrorPage } from "./respond.ts";
export {
  CONFIG_ERROR_CODES,
  HTTP_ERROR_CODES,
  type ConfigErrorCode,
  type HttpErrorCode,
} from "../internal/error-codes.ts";
