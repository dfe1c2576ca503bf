/**
 * Every code a `ConfigError` can carry, with the sentence the reference page shows.
 * docs/reference/errors.md is generated from here, and a test proves that each one is thrown somewhere.
 */
export const CONFIG_ERROR_CODES = {
  ACTIVATION_MISSING: "Socket activation was asked for, but nobody handed a socket over.",
  ADDRESS_UNAVAILABLE: "The address to listen on is not one of this machine.",
  APP_HAS_ROUTES: "hauberk() was called on an app that already has middleware or routes.",
  APP_INVALID: "hauberk() was called with something that is not an Express 5 application.",
  APP_MOUNTED: "An app protected by hauberk() was mounted inside another app.",
  APP_PROTECTED_TWICE: "hauberk() was called twice on the same app.",
  CERTIFICATE_INVALID: "The TLS certificate or key cannot be used: unreadable, mismatched or expired.",
  CORS_INVALID: "An origin, method or header name of cors() is not one.",
  CSP_INVALID: "The Content Security Policy could not be built from the options.",
  CSRF_WITHOUT_ORIGIN: "A request reached csrf(), used alone, that no origin() had looked at.",
  HEADERS_CONFLICT: "The same response header is set by two options.",
  HSTS_PRELOAD_UNMET: "HSTS preload is asked for without what the browsers' list demands.",
  INSPECTOR_PUBLIC: "Node's inspector listens, or would listen, where other machines reach it.",
  KEY_RING_INVALID: "A key ring is not a list of version:secret with a version for each.",
  LIMIT_STORE_INVALID: "The store for limits does not have the methods of a store.",
  LIMIT_STORE_UNUSABLE: "The store for limits cannot be opened or written.",
  OPTIONS_INVALID: "An options argument is not a plain object.",
  OPTION_RANGE: "A number is outside its range.",
  OPTION_TYPE: "An option has the wrong type.",
  OPTION_UNKNOWN: "An option is not known, usually misspelt.",
  ORIGINS_MISSING: "No canonical origin was given.",
  ORIGIN_INSECURE: "A canonical origin uses http on a host that is not this machine.",
  ORIGIN_INVALID: "A canonical origin is not of the form scheme://host[:port].",
  PERMISSION_DENIED: "The process may not bind the port or socket it was asked to.",
  PIPELINE_BYPASSED: "A middleware was put in front of the protections after hauberk() had mounted them.",
  PLACE_INVALID: "Not exactly one of port, socketPath and socketActivation says where to listen.",
  PORT_IN_USE: "Another process listens on the port.",
  PRIVILEGES_KEPT: "Root privileges were still there after they had been dropped.",
  PRIVILEGES_UNAVAILABLE: "This system or this process cannot change its user.",
  PROXY_INVALID: "The proxy declaration is not one of the four forms.",
  PROXY_UNDECLARED: "The server listens on a Unix-domain socket, but no proxy was declared.",
  REPORT_PATH_INVALID: "The path for browsers' reports cannot stand in a header.",
  REPORT_STORE_INVALID: "The store for browsers' reports does not have the methods of a store.",
  REPORT_STORE_UNUSABLE: "The store for browsers' reports cannot be opened or written.",
  RUNNING_AS_ROOT: "The server would serve requests as root.",
  SECRET_PLACEHOLDER: "A secret is one that tutorials print.",
  SECRET_WEAK: "A secret is too short or too regular.",
  SESSION_COOKIE_INVALID: "The session cookie's name and its attributes contradict each other.",
  SESSION_STORE_INVALID: "The session store does not have the methods of a store.",
  SESSION_STORE_UNUSABLE: "The session store cannot be opened, read or written.",
  STATIC_INVALID: "The folder of static files is missing or holds what must not be served.",
  UPLOAD_DIRECTORY_INVALID: "The folder for uploads is missing, no folder, or cannot be written.",
  USER_UNKNOWN: "The user or group to drop to does not exist.",
  WORKERS_FAILED: "The worker processes ended again and again right after their start.",
  WORKERS_UNSHARED: "Several workers were asked for, with sessions or limits that only one process sees.",
} as const;

export type ConfigErrorCode = keyof typeof CONFIG_ERROR_CODES;

/** Every code a request can be refused with by the toolkit, its status, and the sentence the reference page shows. */
export const HTTP_ERROR_CODES = {
  BODY_DUPLICATE_FIELD: {
    status: 400,
    text: "A form field was sent twice that was not declared as repeatable.",
  },
  BODY_FORBIDDEN_KEY: {
    status: 400,
    text: "A key of the body would reach an object's prototype or hide one of its methods.",
  },
  BODY_INVALID: { status: 400, text: "The body is not what its content type says." },
  BODY_SCHEMA_REFUSED: { status: 422, text: "The body does not follow the schema of the route." },
  BODY_TOO_COMPLEX: { status: 400, text: "The body has too many keys or is nested too deeply." },
  BODY_TOO_LARGE: { status: 413, text: "The body is larger than the limit." },
  BODY_TYPE_UNSUPPORTED: { status: 415, text: "The body's charset or content encoding is not supported." },
  COOKIE_TOO_LARGE: { status: 500, text: "The application tried to send a cookie larger than 4096 bytes." },
  CSRF_REFUSED: {
    status: 403,
    text: "The request came from another site, or its token was missing or wrong.",
  },
  HOST_INVALID: { status: 400, text: "The Host header is missing, repeated or malformed." },
  HOST_UNKNOWN: { status: 421, text: "The Host header names a host that this application does not serve." },
  HTTPS_REQUIRED: { status: 403, text: "An unsafe method was sent over plain HTTP." },
  INTERNAL_ERROR: {
    status: 500,
    text: "The application failed; the log has the reason under the request id.",
  },
  LOGIN_THROTTLED: {
    status: 429,
    text: "Too many guesses at this account, from this address, or altogether.",
  },
  METHOD_NOT_ALLOWED: { status: 405, text: "The method is not served." },
  METHOD_OVERRIDE_REFUSED: { status: 400, text: "A safe request tried to turn itself into another method." },
  NOT_FOUND: { status: 404, text: "No route answered." },
  PARAMETER_INVALID: { status: 400, text: "A path parameter cannot be decoded." },
  PATH_REFUSED: { status: 400, text: "The path holds an encoded slash, backslash, NUL or dot segment." },
  QUERY_REFUSED: {
    status: 400,
    text: "The query string repeats a parameter that was not declared as repeatable, has too many, or names one that would reach an object's prototype.",
  },
  RATE_LIMITED: { status: 429, text: "Too many requests from this address." },
  REDIRECT_REFUSED: {
    status: 400,
    text: "The answer would have sent the browser to another origin or scheme that is not listed in redirectTo.",
  },
  REQUEST_MALFORMED: { status: 400, text: "The request is not valid HTTP." },
  REQUEST_TIMEOUT: { status: 408, text: "The request did not arrive in time." },
  REQUEST_HEADERS_TOO_LARGE: { status: 431, text: "The request headers are larger than the limit." },
  SESSION_CONFLICT: {
    status: 409,
    text: "The session kept being changed by other requests while it was saved.",
  },
  SESSION_DATA_INVALID: {
    status: 500,
    text: "The application put something into the session that cannot be stored.",
  },
  SESSION_LIMIT: { status: 409, text: "The user has as many sessions as are allowed." },
  SESSION_MOVED: {
    status: 409,
    text: "The session got a new id while this request was on its way; sent again, it will do.",
  },
  SESSION_STORE_FAILED: { status: 503, text: "The session could not be read or saved." },
  SESSION_TOO_LARGE: { status: 500, text: "The application put more into the session than the limit." },
  UPLOAD_ABORTED: { status: 400, text: "The upload ended before it was complete." },
  UPLOAD_NOT_STORED: { status: 503, text: "The disk for uploads is full." },
  UPLOAD_TOO_LARGE: {
    status: 413,
    text: "A file, the files together, or their number is beyond the limit or the quota.",
  },
  UPLOAD_TYPE_REFUSED: {
    status: 415,
    text: "A file is not of a type that the route takes, whatever its name says.",
  },
} as const;

export type HttpErrorCode = keyof typeof HTTP_ERROR_CODES;
