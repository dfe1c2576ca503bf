import type { Passed, Report, RouteTrace } from "./finding.ts";
import { visibleReport } from "./visible.ts";

/** One word for what a package is for: people ask for the session, not for express-session. */
const WORDS: Readonly<Record<string, string>> = {
  "body-json": "json",
  "body-urlencoded": "urlencoded",
  "body-parser": "bodyParser",
  "cookie-parser": "cookies",
  "cookie-session": "session",
  csrf: "csrf",
  headers: "headers",
  multipart: "multipart",
  "rate-limit": "rate limit",
  session: "session",
};

const wordOf = ({ role, name, conditional }: Passed): string => {
  const word = WORDS[role] ?? name;
  return conditional ? `${word}?` : word;
};

/** "POST /transfer passes json, session, not csrf"; a question mark for what only some requests pass. */
export function routeStatement({ method, path, passes, missing }: RouteTrace): string {
  const words = [...new Set(passes.map(wordOf))];
  const passed = words.length === 0 ? "nothing" : words.join(", ");
  return `${method} ${path} passes ${passed}${missing.map((one) => `, not ${one}`).join("")}`;
}

/** Every route with what it passes and where each part was mounted, by lens. */
export function listRoutes(report: Report): string {
  const lines = visibleReport(report).apps.flatMap((app) => [
    ...(app.routes.length === 0 ? [] : [`Express ${String(app.express)}, ${app.lens} lens`]),
    ...app.routes.flatMap((route) => [
      `  ${routeStatement(route)}`,
      ...route.passes.map((one) => `      ${wordOf(one)}${mountOf(one)}`),
    ]),
  ]);
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

const mountOf = ({ place }: Passed): string =>
  place === undefined ? "" : `  ${place.file}:${String(place.line)}`;
