import type { StackValue } from "../facts.ts";
import type { Engine } from "./closures.ts";
import { body, multer } from "./readers/body.ts";
import { csrfCsrf, csrfSync, csurf } from "./readers/csrf.ts";
import { files } from "./readers/files.ts";
import { connect } from "./readers/connect.ts";
import { compression, cookieParser, cors, expressJwt, methodOverride, rateLimit } from "./readers/others.ts";
import { cookieSession, session } from "./readers/session.ts";
import type { Reader } from "./readers/shape.ts";

/** How to read the options in effect out of a middleware's closure, by package. */
const READERS: Readonly<Record<string, Reader>> = {
  "body-parser": body,
  compression,
  connect,
  "cookie-parser": cookieParser,
  "cookie-session": cookieSession,
  cors,
  "csrf-csrf": csrfCsrf,
  "csrf-sync": csrfSync,
  csurf,
  "express-jwt": expressJwt,
  "express-rate-limit": rateLimit,
  "express-session": session,
  "method-override": methodOverride,
  multer,
  send: files,
  "serve-static": files,
};

/** The arguments a package's middleware was made with, defaults applied; `undefined` when nobody knows how to read them. */
export function readArguments(pkg: string, fn: unknown, engine: Engine): readonly StackValue[] | undefined {
  const reader = READERS[pkg];
  if (reader === undefined) return undefined;
  const variables = engine.variables(fn);
  return variables.size === 0 ? undefined : reader(variables, engine);
}
