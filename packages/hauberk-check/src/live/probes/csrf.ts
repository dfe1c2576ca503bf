import type { Client, Jar } from "../client.ts";
import { decideCsrf, isPlainRefusal, isRefusal } from "../csrf.ts";
import type { Answer, CrossOrigin } from "../facts.ts";
import { isLogin, isRisky, type Form, type PlacedForm } from "../pages.ts";
import { NOWHERE } from "./classes.ts";
import type { Site } from "./crawl.ts";
import { BODY_KINDS, fieldsOf, type BodyKind, type Token } from "./form-bodies.ts";
import { foreignHeaders, isLetIn, send } from "./forged-request.ts";
import { freshForm, ownHeaders } from "./forms.ts";
import { hasToken, othersForm, strangersForm } from "./strangers.ts";

const MAX_FORMS = 4;

export interface CsrfFindings {
  readonly accepted: readonly CrossOrigin[];
  /** Forms that were refused in every way. */
  readonly refused: readonly string[];
  readonly undecided: readonly string[];
}

/**
 * Sends forms as another site would: foreign Origin, the visitor's cookies, and no token, a made-up one, or one that the
 * attacker fetched for himself.
 * Only forms whose handling changes nothing are tried: sign-in without credentials, and those that carry a token and so
 * should refuse; the others only when the person allows writes.
 */
export async function forgedForms(client: Client, site: Site, allowWrites: boolean): Promise<CsrfFindings> {
  const accepted: CrossOrigin[] = [];
  const undecided: string[] = [];
  const refused: string[] = [];
  const forms = unique(site.forms.filter(({ form }) => form.method === "POST"));
  if (!forms.some(hasToken) && (await refusesEverywhere(client, site)))
    return { accepted, refused: forms.map((one) => one.form.action), undecided };
  const stranger = forms.some(hasToken) ? await strangersForm(client, site) : undefined;
  for (const one of forms.slice(0, MAX_FORMS)) {
    const { action } = one.form;
    const isHarmless = isLogin(one.form) || /\/(?:log-?in|sign-?in|search)\b/i.test(action);
    if (!allowWrites && !isHarmless && (!hasToken(one) || isRisky(action))) {
      undecided.push(
        `the form to ${action} was not sent, as that could change something; --allow-writes sends it`,
      );
      continue;
    }
    const tried = await tryForm(
      { client, jar: site.jar, stranger, mayControl: allowWrites || isHarmless },
      one,
    );
    if (tried === "undecided")
      undecided.push(
        `the form to ${action} could only be judged by sending it as the app's own page does; --allow-writes does so`,
      );
    else if (tried === "half-tried")
      undecided.push(
        `another visitor's token was not tried on the form to ${action}: its page could not be fetched as another visitor`,
      );
    else if (tried === "unanswered")
      undecided.push(
        `the answers to the form to ${action} show neither that it is protected nor that it is not`,
      );
    else if (tried === undefined) refused.push(action);
    else accepted.push(tried);
  }
  if (forms.length === 0)
    undecided.push("no form was found on the pages that can be reached without signing in");
  return { accepted, refused, undecided };
}

/** Protection that covers the whole app answers before anybody looks for the route. */
async function refusesEverywhere(client: Client, site: Site): Promise<boolean> {
  const [kind] = BODY_KINDS;
  if (kind === undefined) return false;
  const forged = await send(client, NOWHERE, kind, foreignHeaders(kind.contentType), "a=1", site.jar);
  if (forged === undefined || !isRefusal(forged)) return false;
  if (isPlainRefusal(forged)) return true;
  // A guard that wants everybody to sign in first says nothing about where a request comes from.
  const own = await send(client, NOWHERE, kind, ownHeaders(client), "a=1", site.jar);
  return own !== undefined && own.status !== forged.status;
}

interface Visit {
  readonly client: Client;
  readonly jar: Jar;
  /** A form with the token of somebody else. */
  readonly stranger: Form | undefined;
  /** Whether the form may also be sent as the app's own page does. */
  readonly mayControl: boolean;
}

/**
 * The first way in which the form is taken from another site; `undefined` when all are refused, "half-tried" when those
 * are refused that could be tried, and "unanswered" when no answer says anything, as "too many requests" does not.
 */
async function tryForm(
  visit: Visit,
  placed: PlacedForm,
): Promise<CrossOrigin | "undecided" | "half-tried" | "unanswered" | undefined> {
  const { client, mayControl } = visit;
  const jar = new Map(visit.jar);
  const form = await freshForm(client, placed, jar);
  const mine = { page: placed.page, form };
  // Not `freshForm`: the form that was read before has this visitor's own token, and sending that shows nothing.
  const theirs = hasToken(mine) ? await othersForm(client, visit.stranger, placed, form) : undefined;
  const tokens: readonly Token[] = [
    "missing",
    ...(hasToken(mine) ? (["made-up"] as const) : []),
    ...(theirs === undefined ? [] : (["another visitor's"] as const)),
  ];
  let isOpen = false;
  let isRefused = false;
  // What cannot be compared is asked once: each further way might be the one that does something.
  for (const kind of mayControl ? BODY_KINDS : BODY_KINDS.slice(0, 1)) {
    if (kind.isAskedFirst && !(await isLetIn(client, form.action))) continue;
    for (const token of tokens) {
      const body = kind.encode(fieldsOf(form, token, theirs));
      const forged = await send(client, form.action, kind, foreignHeaders(kind.contentType), body, jar);
      if (forged === undefined) continue;
      isRefused ||= mayControl ? isPlainRefusal(forged) : isRefusal(forged);
      if (!mayControl) {
        isOpen ||= !isRefusal(forged);
        continue;
      }
      if (isPlainRefusal(forged)) continue;
      const own = await control(client, mine, kind, jar);
      const verdict = own === undefined ? "undecided" : decideCsrf(forged, own);
      isRefused ||= verdict === "refused";
      if (own === undefined || verdict !== "accepted") continue;
      // The parser's 400 for a text it cannot read: nobody's token was looked at.
      if (own.status >= 400 && !kind.isOfForms) continue;
      const { url, status } = forged;
      return { url, contentType: kind.name, token, status, control: own.status };
    }
  }
  if (isOpen) return "undecided";
  if (!isRefused) return "unanswered";
  return hasToken(mine) && theirs === undefined ? "half-tried" : undefined;
}

async function control(
  client: Client,
  { form }: PlacedForm,
  kind: BodyKind,
  jar: Jar,
): Promise<Answer | undefined> {
  return send(
    client,
    form.action,
    kind,
    ownHeaders(client),
    kind.encode(fieldsOf(form, "own", undefined)),
    jar,
  );
}

function unique(forms: readonly PlacedForm[]): readonly PlacedForm[] {
  return forms.filter((one, i) => forms.findIndex((other) => other.form.action === one.form.action) === i);
}
