import type { Client } from "../client.ts";
import { decideCsrf } from "../csrf.ts";
import type { CrossOrigin } from "../facts.ts";
import { isLogin, isToken, type Form } from "../pages.ts";
import { NOWHERE } from "./classes.ts";
import type { Site } from "./crawl.ts";

const MAX_FORMS = 4;
/** The types a page of another site can send without asking. */
const SIMPLE_TYPES = ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"] as const;
type SimpleType = (typeof SIMPLE_TYPES)[number];

export interface CsrfFindings {
  readonly accepted: readonly CrossOrigin[];
  readonly undecided: readonly string[];
}

/**
 * Sends forms as another site would: foreign Origin, no token, the visitor's cookies.
 * Only forms whose handling changes nothing are tried: sign-in without credentials, and those that carry a token and so
 * should refuse; the others only when the person allows writes.
 */
export async function forgedForms(client: Client, site: Site, allowWrites: boolean): Promise<CsrfFindings> {
  const accepted: CrossOrigin[] = [];
  const undecided: string[] = [];
  if (await refusesEverywhere(client, site)) return { accepted, undecided };
  const forms = unique(site.forms.map((one) => one.form).filter((form) => form.method === "POST"));
  for (const form of forms.slice(0, MAX_FORMS)) {
    const hasToken = form.fields.some(isToken);
    const isHarmless = isLogin(form) || /\/(?:log-?in|sign-?in|search)\b/i.test(form.action);
    if (!allowWrites && !hasToken && !isHarmless) {
      undecided.push(
        `the form to ${form.action} was not sent, as that could change something; --allow-writes sends it`,
      );
      continue;
    }
    const tried = await tryForm(client, site, form, allowWrites || isHarmless);
    if (tried === "undecided")
      undecided.push(
        `the form to ${form.action} could only be judged by sending it as the app's own page does; --allow-writes does so`,
      );
    else if (tried !== undefined) accepted.push(tried);
  }
  if (forms.length === 0)
    undecided.push("no form was found on the pages that can be reached without signing in");
  return { accepted, undecided };
}

/** Protection that covers the whole app answers before anybody looks for the route. */
async function refusesEverywhere(client: Client, site: Site): Promise<boolean> {
  const foreign = await client.tryAsk({
    method: "POST",
    path: NOWHERE,
    headers: foreignHeaders("application/x-www-form-urlencoded"),
    body: "a=1",
    jar: new Map(site.jar),
  });
  return foreign !== undefined && decideCsrf({ foreign: foreign.status, own: 404 }) === "refused";
}

/** The first type of body with which the form is taken from another site; `undefined` when all are refused. */
async function tryForm(
  client: Client,
  site: Site,
  form: Form,
  mayControl: boolean,
): Promise<CrossOrigin | "undecided" | undefined> {
  let open = false;
  for (const type of SIMPLE_TYPES) {
    const path = form.action;
    const forged = await client.tryAsk({
      method: "POST",
      path,
      headers: foreignHeaders(type),
      body: encode(form, type, "without"),
      jar: new Map(site.jar),
    });
    if (forged === undefined) continue;
    if (!mayControl) {
      // Without a control only a refusal says something.
      open ||= decideCsrf({ foreign: forged.status, own: 200 }) !== "refused";
      continue;
    }
    const own = await client.tryAsk({
      method: "POST",
      path,
      headers: ownHeaders(client, type),
      body: encode(form, type, "with"),
      jar: new Map(site.jar),
    });
    if (own === undefined || decideCsrf({ foreign: forged.status, own: own.status }) !== "accepted") continue;
    return { url: forged.url, contentType: type, status: forged.status, control: own.status };
  }
  return open ? "undecided" : undefined;
}

const FOREIGN_ORIGIN = "https://hauberk-check.example";

function foreignHeaders(type: SimpleType): Record<string, string> {
  return {
    "content-type": withBoundary(type),
    origin: FOREIGN_ORIGIN,
    referer: `${FOREIGN_ORIGIN}/`,
    "sec-fetch-site": "cross-site",
    "sec-fetch-mode": "navigate",
  };
}

function ownHeaders(client: Client, type: SimpleType): Record<string, string> {
  const { origin } = client.origin;
  return {
    "content-type": withBoundary(type),
    origin,
    referer: `${origin}/`,
    "sec-fetch-site": "same-origin",
    "sec-fetch-mode": "navigate",
  };
}

const BOUNDARY = "hauberkcheck7f3a";
const withBoundary = (type: SimpleType): string =>
  type === "multipart/form-data" ? `${type}; boundary=${BOUNDARY}` : type;

/** Fields stay empty but for the hidden ones; the token goes along only in the control. */
function encode(form: Form, type: SimpleType, token: "with" | "without"): string {
  const pairs = form.fields
    .filter((one) => token === "with" || !isToken(one))
    .map((one): [string, string] => [one.name, one.type === "hidden" ? one.value : ""]);
  if (type === "application/x-www-form-urlencoded") return new URLSearchParams(pairs).toString();
  if (type === "text/plain") return pairs.map(([name, value]) => `${name}=${value}`).join("\r\n");
  return `${pairs.map(([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`).join("")}--${BOUNDARY}--\r\n`;
}

function unique(forms: readonly Form[]): readonly Form[] {
  return forms.filter((one, i) => forms.findIndex((other) => other.action === one.action) === i);
}
