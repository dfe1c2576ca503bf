import type { Response } from "express";

/** What the toolkit says about a refused or failed request. */
export interface ErrorFacts {
  readonly status: number;
  readonly title: string;
  readonly requestId: string;
}

const EXPLANATIONS: Readonly<Record<number, string>> = {
  400: "The request could not be understood, so nothing was changed.",
  403: "The request did not come from a form of this site, or the form was too old. Go back, reload the page and try again.",
  404: "There is nothing at this address, or it is not yours to see.",
  413: "What was sent is larger than this application accepts.",
  421: "This server does not answer for the address you used.",
  429: "Too many requests came from your address. Wait a little and try again.",
  503: "The server has too much to do at the moment. Try again in a few seconds.",
};
const REFUSED = "The request was refused, and nothing was changed.";
const FAILED = "Something went wrong on our side. It was logged, and nothing about it is shown here.";

/** The page for everything that goes wrong, in the clothes of the application and without any detail. */
export function renderError(facts: ErrorFacts, res: Response): Promise<string> {
  const explanation = EXPLANATIONS[facts.status] ?? (facts.status >= 500 ? FAILED : REFUSED);
  return new Promise((resolve, reject) => {
    res.render("error", { ...facts, explanation }, (error, html) => {
      if (error instanceof Error) reject(error);
      else resolve(html);
    });
  });
}
