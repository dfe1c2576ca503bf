import { type Request, type Response, Router } from "express";
import { currentUser } from "../web/current-user.ts";
import { renderPage } from "../web/render.ts";

interface Layer {
  readonly name: string;
  readonly text: string;
  /** Something true about this very request. */
  readonly fact?: string;
}

interface ShownHeader {
  readonly name: string;
  readonly value: string;
}

const SHOWN: ReadonlySet<string> = new Set([
  "cache-control",
  "content-security-policy",
  "content-security-policy-report-only",
  "cross-origin-embedder-policy",
  "cross-origin-opener-policy",
  "cross-origin-resource-policy",
  "origin-agent-cluster",
  "permissions-policy",
  "referrer-policy",
  "reporting-endpoints",
  "strict-transport-security",
  "x-content-type-options",
  "x-dns-prefetch-control",
  "x-download-options",
  "x-frame-options",
  "x-permitted-cross-domain-policies",
  "x-xss-protection",
]);

/** The start page: what this is, and what protects it right now. */
export function homeRoutes(): Router {
  const router = Router();
  router.get("/", (req, res) => {
    const headers = securityHeaders(res);
    renderPage(req, res, "home", { layers: layersOf(req, headers.length), headers });
  });
  return router;
}

function layersOf(req: Request, headerCount: number): readonly Layer[] {
  const member = currentUser(req) !== undefined;
  return [
    {
      name: "Origin",
      text: "Only the address this server was told about is answered. A forged Host header gets nowhere.",
      fact: req.canonicalOrigin,
    },
    {
      name: "Headers",
      text: "Every answer carries them, errors and static files included. No inline script or style can run.",
      fact: `${headerCount} headers on this page`,
    },
    {
      name: "Limits",
      text: "Requests, bodies, headers and waiting times are finite, and so is the memory spent on counting them.",
    },
    {
      name: "Session",
      text: member
        ? "Your browser holds 256 random bits in a cookie no script can read; the server stores only their hash."
        : "You have none. Looking around stores nothing about you, here or on the server.",
      fact: member ? "logged in" : "no session, no cookie",
    },
    {
      name: "Forgery",
      text: "A form counts only if the browser says it was sent from here, or if it carries a token made for you.",
      fact: secFetchSite(req),
    },
    {
      name: "Errors",
      text: "If something fails you get a plain page and a number to quote. The reason stays in the log.",
      fact: `request ${req.id}`,
    },
  ];
}

/** One of the four values a browser sends; anything else is not repeated. */
function secFetchSite(req: Request): string {
  const value = req.get("sec-fetch-site");
  const known = ["none", "same-origin", "same-site", "cross-site"].find((site) => site === value);
  return known === undefined ? "your browser did not say" : `Sec-Fetch-Site: ${known}`;
}

function securityHeaders(res: Response): readonly ShownHeader[] {
  return Object.entries(res.getHeaders())
    .filter(([name]) => SHOWN.has(name))
    .map(([name, value]) => ({ name, value: withoutNonce(String(value)) }))
    .toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

/** A nonce written into the page's text could be picked up by whoever manages to inject an unclosed attribute. */
function withoutNonce(value: string): string {
  return value.replaceAll(/'nonce-[^']*'/g, "'nonce-…'");
}
