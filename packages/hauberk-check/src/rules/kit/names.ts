export const SESSION: readonly string[] = ["express-session", "express.session", "connect.session"];
export const COOKIE_SESSION: readonly string[] = [
  "cookie-session",
  "express.cookieSession",
  "client-sessions",
  "connect.cookieSession",
];
export const HELMET: readonly string[] = ["helmet"];
