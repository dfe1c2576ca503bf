import { type Request, Router } from "express";
import { currentUser, forAnyone } from "../web/current-user.ts";
import { renderPage } from "../web/render.ts";

interface Layer {
  readonly name: string;
  readonly text: string;
  /** Something true about this very request. */
  readonly fact?: string;
}

/** Something to try against this very server, and what it answers. */
interface Attack {
  readonly intent: string;
  readonly command: string;
  readonly answer: string;
}

/** The start page: what this is, and what protects it right now. */
export function homeRoutes(): Router {
  const router = Router();
  router.get(
    "/",
    forAnyone((req, res) => {
      const values = { layers: layersOf(req), attacks: attacksOn(req.canonicalOrigin) };
      renderPage(req, res, "home", values);
    }),
  );
  return router;
}

function layersOf(req: Request): readonly Layer[] {
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
      fact: "script-src 'nonce-…'",
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
      fact: req.id,
    },
  ];
}

/** One of the four values a browser sends; anything else is not repeated. */
function secFetchSite(req: Request): string {
  const value = req.get("sec-fetch-site");
  const known = ["none", "same-origin", "same-site", "cross-site"].find((site) => site === value);
  return known === undefined ? "your browser did not say" : `Sec-Fetch-Site: ${known}`;
}

function attacksOn(origin: string): readonly Attack[] {
  return [
    {
      intent: "Pretend to be another site",
      command: `curl -i -H "Host: evil.example" ${origin}/`,
      answer: "421 Misdirected Request",
    },
    {
      intent: "Send a form from somewhere else",
      command: `curl -i -d "title=forged" -H "Origin: https://evil.example" ${origin}/notes`,
      answer: "403 Forbidden",
    },
    {
      intent: "Climb out of the folder of files",
      command: `curl -i --path-as-is ${origin}/..%2f.env`,
      answer: "400 Bad Request",
    },
    {
      intent: "Look for gaps in the headers",
      command: `curl -i ${origin}/nothing-here`,
      answer: "404 Not Found, with all of them",
    },
  ];
}
