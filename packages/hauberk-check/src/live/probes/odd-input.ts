import { isAlike } from "../alike.ts";
import type { Client, Jar } from "../client.ts";
import type { OddInput } from "../facts.ts";
import { isLogin, isRisky, isToken, type Form, type PlacedForm } from "../pages.ts";
import type { Site } from "./crawl.ts";
import { freshForm, ownHeaders } from "./forms.ts";

const MAX_FORMS = 4;
const FORM_TYPE = "application/x-www-form-urlencoded";
const LONG = "a".repeat(5_000);

interface Oddity {
  readonly what: string;
  readonly contentType: string;
  /** The whole body, or the query of a GET; `rest` are the other fields, encoded. */
  readonly text: (name: string, rest: string) => string;
}

const inForm = (what: string, text: (name: string) => string): Oddity => ({
  what,
  contentType: FORM_TYPE,
  text: (name, rest) => [rest, text(name)].filter((one) => one !== "").join("&"),
});
const inJson = (what: string, value: unknown): Oddity => ({
  what,
  contentType: "application/json",
  text: (name, rest) => JSON.stringify({ ...Object.fromEntries(new URLSearchParams(rest)), [name]: value }),
});

/** What a URL or a form body can carry, and no person types. */
const FORM_ODDITIES: readonly Oddity[] = [
  inForm("a value of 5,000 characters", (name) => `${name}=${LONG}`),
  inForm("the same parameter twice", (name) => `${name}=a&${name}=b`),
  inForm("a list", (name) => `${name}[]=a&${name}[]=b`),
  inForm("an object", (name) => `${name}[a]=b`),
  inForm("a NUL", (name) => `${name}=%00`),
  inForm("an escape that is none", (name) => `${name}=%zz%e0%a4`),
  inForm("no parameter", () => ""),
];

const BODY_ODDITIES: readonly Oddity[] = [
  ...FORM_ODDITIES,
  inJson("a number in JSON", 7),
  inJson("null in JSON", null),
  inJson("an object in JSON", { $gt: "" }),
  { what: "JSON that breaks off", contentType: "application/json", text: (name) => `{"${name}": ` },
  { what: "a type nobody reads", contentType: "application/x-hauberk-check", text: (name) => `${name}=a` },
];

/** What became of odd input. */
export interface OddAnswers {
  /** Answers of 500 and above, and those that show a stack. */
  readonly failed: readonly OddInput[];
  /** Forms that were tried. */
  readonly forms: number;
}

/**
 * Sends searches and the sign-in, one field at a time spoilt, and keeps the answers that fail. Forms that may change
 * something only with `allowWrites`; those that sound like deleting never.
 */
export async function oddAnswers(client: Client, site: Site, allowWrites: boolean): Promise<OddAnswers> {
  const forms = site.forms
    .filter(({ form }) => mayBeSent(form, allowWrites) && fieldOf(form) !== undefined)
    .filter((one, i, all) => all.findIndex((other) => other.form.action === one.form.action) === i)
    .slice(0, MAX_FORMS);
  const failed: OddInput[] = [];
  for (const form of forms) failed.push(...(await spoil(client, form)));
  return { failed, forms: forms.length };
}

function mayBeSent(form: Form, allowWrites: boolean): boolean {
  if (isRisky(form.action)) return false;
  return form.method === "GET" || isLogin(form) || allowWrites;
}

const fieldOf = (form: Form): string | undefined =>
  form.fields.find((one) => !isToken(one) && !/hidden|submit|button|checkbox|radio|file/.test(one.type))
    ?.name;

async function spoil(client: Client, placed: PlacedForm): Promise<readonly OddInput[]> {
  const jar: Jar = new Map();
  let form = await freshForm(client, placed, jar);
  const send = async (one: Oddity, withTokens = true): Promise<OddInput | undefined> => {
    const { name, rest } = splitFields(form, withTokens);
    const answer = await client.tryAsk(requestOf(client, form, one, one.text(name, rest), jar));
    return answer === undefined ? undefined : { what: one.what, answer };
  };
  // Where an ordinary value fails too, the odd ones say nothing.
  const control = await send(ORDINARY);
  if (control === undefined || control.answer.status >= 500) return [];
  // What refuses a form without its token may do so with a 500, and takes that of a form once or never from JSON.
  const refused = form.fields.some(isToken) ? await send(ORDINARY, false) : undefined;
  const isUsedUp = refused !== undefined && isSame(await send(ORDINARY), refused);
  const found: OddInput[] = [];
  for (const one of form.method === "GET" ? FORM_ODDITIES : BODY_ODDITIES) {
    if (isUsedUp) form = await freshForm(client, placed, jar);
    const seen = await send(one);
    if (seen !== undefined && isFailure(seen) && !isSame(seen, refused)) found.push(seen);
  }
  return found;
}

const ORDINARY = inForm("an ordinary value", (own) => `${own}=hauberk`);

/** The field that is spoilt, encoded, and the others. */
function splitFields(form: Form, withTokens: boolean): { readonly name: string; readonly rest: string } {
  const spoilt = fieldOf(form) ?? "";
  const others = form.fields.filter((one) => one.name !== spoilt && (withTokens || !isToken(one)));
  const rest = new URLSearchParams(others.map((one): [string, string] => [one.name, one.value])).toString();
  return { name: encodeURIComponent(spoilt), rest };
}

const isSame = (one: OddInput | undefined, other: OddInput | undefined): boolean =>
  one !== undefined &&
  other !== undefined &&
  one.answer.status === other.answer.status &&
  isAlike(one.answer.body, other.answer.body);

function requestOf(
  client: Client,
  form: Form,
  { contentType }: Oddity,
  text: string,
  jar: Jar,
): Parameters<Client["ask"]>[0] {
  if (form.method === "GET") return { path: `${form.action.split("?")[0] ?? "/"}?${text}`, jar };
  const headers = { "content-type": contentType, ...ownHeaders(client) };
  return { method: "POST", path: form.action, headers, body: text, jar };
}

/** 501 and 503 are said on purpose. */
function isFailure({ answer }: OddInput): boolean {
  return answer.status >= 500 && answer.status !== 501 && answer.status !== 503;
}
