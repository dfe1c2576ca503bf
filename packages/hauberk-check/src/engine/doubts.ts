import type { Hole } from "../model/app.ts";
import type { Part } from "../model/parts.ts";
import { roleOf } from "../model/roles.ts";
import { covers } from "../model/path-patterns.ts";
import type { AppView, Step } from "../model/view.ts";

/** Unknown middleware and escapes: something a rule misses may hide there. */
export function doubtsOf(view: AppView): readonly Hole[] {
  const hidden = view.steps.flatMap((step) =>
    step.parts.flatMap((part) => {
      const why = doubtAbout(part);
      const isElsewhere = part.role !== "unknown" && isBesideTheRoutes(view, step);
      return why === undefined || isElsewhere ? [] : [{ why, site: part.site }];
    }),
  );
  return [...view.holes, ...hidden];
}

/** `app.use("/.well-known/security.txt", securityTxt(options))`: what no route passes hides nothing from them. */
function isBesideTheRoutes(view: AppView, { paths }: Step): boolean {
  const routes = view.endpoints.filter((endpoint) => endpoint.paths.some((path) => path.kind !== "all"));
  return routes.length > 0 && routes.every((endpoint) => covers(paths, endpoint.paths) === false);
}

function doubtAbout(part: Part): string | undefined {
  if (part.role === "unknown")
    return part.value.k === "unknown" ? part.value.why : "a middleware whose source was not found";
  return mayProtect(part) ? `nothing tells what \`${part.name}\` does` : undefined;
}

/** Scopes whose middleware is known to watch, serve or translate, and to protect nothing. */
const HARMLESS_SCOPE =
  /^@(?:sentry|opentelemetry|bull-board|apollo|as-integrations|google-cloud|googlecloudplatform|newrelic|elastic|honeybadger|bugsnag|airbrake|godaddy|types|graphql-yoga|socket\.io|feathersjs|nestjs|aws-sdk|azure|tinyhttp|prisma|trpc|ts-rest|shelf|slack|octokit|vendia)\//;
const PROTECTS =
  /secur(?!ity[.-]?txt)|csrf|xsrf|header|\bcsp\b|protect|shield|harden|guard|same-?origin|hsts/i;

/** A package of somebody's own, or one that says it protects: `app.use(hardened())` of `@acme/express-kit`. */
function mayProtect({ role, name, fn }: Part): boolean {
  if (role !== "other" || fn !== undefined || name === "" || roleOf(name) !== undefined) return false;
  return name.startsWith("@") ? !HARMLESS_SCOPE.test(name) : PROTECTS.test(name);
}
