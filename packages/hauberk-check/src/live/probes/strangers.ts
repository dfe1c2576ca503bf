import type { Client } from "../client.ts";
import { isToken, readPage, type Form, type PlacedForm } from "../pages.ts";
import type { Site } from "./crawl.ts";
import { fetchForm } from "./forms.ts";

/** Any form with a token that somebody without cookies gets: for those that only who has signed in gets to see. */
export async function strangersForm(client: Client, site: Site): Promise<Form | undefined> {
  for (const page of new Set(["/", ...site.forms.filter(hasToken).map((one) => one.page), "/login"])) {
    const answer = await client.tryAsk({ path: page, jar: new Map() });
    const forms = answer === undefined ? [] : readPage(answer.body, answer.url).forms;
    const found = forms.find((form) => form.fields.some(isToken));
    if (found !== undefined) return found;
  }
  return undefined;
}

const tokenNames = (form: Form): readonly string[] => form.fields.filter(isToken).map((one) => one.name);

export const hasToken = ({ form }: PlacedForm): boolean => form.fields.some(isToken);

/** A form with another visitor's token under the name that this one gives it. */
export async function othersForm(
  client: Client,
  stranger: Form | undefined,
  placed: PlacedForm,
  form: Form,
): Promise<Form | undefined> {
  const names = tokenNames(form);
  const own = await fetchForm(client, placed, new Map());
  return [own, stranger].find(
    (one) => one !== undefined && tokenNames(one).some((name) => names.includes(name)),
  );
}
