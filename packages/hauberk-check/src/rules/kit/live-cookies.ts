import type { SeenCookie } from "../../live/facts.ts";

/** Cookies that carry a login: by their usual names, or long random values. */
export function isSessionCookie(cookie: SeenCookie): boolean {
  if (/csrf|xsrf/i.test(cookie.name)) return false;
  return /(?:^|[._-])(?:sid|sess(?:ion)?|auth|token|jwt)(?:$|[._-])|connect\.sid|session/i.test(cookie.name);
}
