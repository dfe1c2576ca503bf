import { inProduction } from "../model/alternatives.ts";
import type { Part } from "../model/parts.ts";
import { property } from "../model/properties.ts";
import type { Role } from "../model/roles.ts";
import { isKnown, UNDEFINED } from "../model/values.ts";
import { before, type AppView, type Endpoint } from "../model/view.ts";

export const UNSAFE_METHODS: ReadonlySet<string> = new Set(["post", "put", "patch", "delete", "all"]);

/** Everything a request to this endpoint passes before the answering function. */
export function chainOf(view: AppView, endpoint: Endpoint): readonly Part[] {
  return [...before(view, endpoint).flatMap((step) => step.parts), ...endpoint.parts.slice(0, -1)];
}

export function has(parts: readonly Part[], ...roles: readonly Role[]): boolean {
  return parts.some((part) => roles.includes(part.role));
}

/** A part that does the named kind of work, also when a package's options switch it on. */
export function isCsrf(part: Part): boolean {
  if (part.role === "csrf" || part.role === "hauberk") return true;
  if (part.name !== "lusca") return false;
  // `lusca()` and `lusca({ csrf: false })` let every form pass.
  const options = inProduction(part.options ?? UNDEFINED);
  const csrf = property(options, "csrf");
  return !isKnown(csrf, undefined) && !isKnown(csrf, false);
}

function setsHeaders(part: Part): boolean {
  return (
    part.role === "headers" ||
    part.role === "hauberk" ||
    (part.facts !== undefined && hasSecurityHeader(part))
  );
}

const SECURITY_HEADERS =
  /^(?:content-security-policy|x-frame-options|x-content-type-options|strict-transport-security|referrer-policy)$/;
const hasSecurityHeader = (part: Part): boolean =>
  [...(part.facts?.headers.keys() ?? [])].some((name) => SECURITY_HEADERS.test(name));

export function isSession(part: Part): boolean {
  return part.role === "session" || part.role === "cookie-session" || part.role === "hauberk";
}

/** The parts a route should pass and does not, as far as they apply to it. */
export function protections(view: AppView, endpoint: Endpoint): { readonly missing: readonly string[] } {
  const chain = chainOf(view, endpoint);
  const missing: string[] = [];
  if (!chain.some(setsHeaders)) missing.push("headers");
  if (chain.some(isSession) && UNSAFE_METHODS.has(endpoint.method) && !chain.some(isCsrf))
    missing.push("csrf");
  return { missing };
}

const SIGNATURE =
  /-signature['"]|\bverify_?token\b|createHmac\(|constructEvent\(|verifySignature|webhooks?\.verify/i;

/** A webhook that looks for its sender's signature, and refuses what has none, does not act for a visitor. */
export function authenticatesSender(endpoint: Endpoint): boolean {
  return endpoint.parts.some((part) => part.facts?.rejects === true && SIGNATURE.test(part.facts.source));
}
