import type { Request, Response } from "express";
import { EMPTY_FORM, type FormState } from "./forms.ts";
import { takeNotice } from "./notices.ts";
import { utc } from "./utc.ts";

export interface PageOptions {
  /** Which entry of the navigation this page belongs to. */
  readonly section?: string;
  readonly status?: number | undefined;
  readonly form?: FormState;
}

/** RFC 9110 section 15.5.21: the form was understood and cannot be accepted as it is. */
const FORM_REFUSED = 422;

/** Renders a page with what every page needs: the message to show, its section, its form. */
export function renderPage(
  req: Request,
  res: Response,
  view: string,
  values: object,
  options: PageOptions = {},
): void {
  const { section, form = EMPTY_FORM } = options;
  const status = options.status ?? (form === EMPTY_FORM ? 200 : FORM_REFUSED);
  res.status(status).render(view, { ...values, section, form, notice: takeNotice(req), utc });
}
