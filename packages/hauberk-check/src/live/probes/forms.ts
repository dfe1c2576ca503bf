import type { Client, Jar } from "../client.ts";
import type { Answer } from "../facts.ts";
import { isLogin, isSignUp, isToken, readPage, type Form, type PlacedForm } from "../pages.ts";
import type { Site } from "./crawl.ts";

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** The sign-in form: on a page that was read, or where apps usually have it. */
export async function loginForm(client: Client, site: Site): Promise<PlacedForm | undefined> {
  const known = site.forms.find((one) => isLogin(one.form));
  return known ?? formAt(client, ["/login", "/signin", "/auth/login", "/users/login"], site.jar, isLogin);
}

export async function signUpForm(client: Client, site: Site): Promise<PlacedForm | undefined> {
  const known = site.forms.find((one) => isSignUp(one.form));
  return known ?? formAt(client, ["/signup", "/register", "/sign-up", "/users/new"], site.jar, isSignUp);
}

async function formAt(
  client: Client,
  pages: readonly string[],
  jar: Jar,
  isWanted: (form: Form) => boolean,
): Promise<PlacedForm | undefined> {
  for (const page of pages) {
    const answer = await client.tryAsk({ path: page, jar });
    const form = answer === undefined ? undefined : readPage(answer.body, answer.url).forms.find(isWanted);
    if (form !== undefined) return { page, form };
  }
  return undefined;
}

/** The same form as this visitor gets it now: its token belongs to his cookies. */
export async function freshForm(client: Client, placed: PlacedForm, jar: Jar): Promise<Form> {
  return (await fetchForm(client, placed, jar)) ?? placed.form;
}

/** The same form as a visitor with these cookies gets it now; `undefined` when it does not come. */
export async function fetchForm(
  client: Client,
  { page, form }: PlacedForm,
  jar: Jar,
): Promise<Form | undefined> {
  const answer = await client.tryAsk({ path: page, jar });
  const forms = answer === undefined ? [] : readPage(answer.body, answer.url).forms;
  return forms.find((one) => one.action === form.action && one.method === form.method);
}

/** Sends a form as the app's own page does, with these credentials in the fields that ask for them. */
export async function submit(
  client: Client,
  form: Form,
  jar: Jar,
  credentials?: Credentials,
  more: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const name = form.fields.find(
    (one) => /user|mail|login|name/i.test(one.name) && !isToken(one) && !/password|hidden/.test(one.type),
  )?.name;
  const pairs = form.fields.map((one): [string, string] => {
    if (one.type === "password") return [one.name, credentials?.password ?? ""];
    return [one.name, one.name === name ? (credentials?.user ?? "") : one.value];
  });
  return client.ask({
    method: "POST",
    path: form.action,
    headers: { "content-type": "application/x-www-form-urlencoded", ...ownHeaders(client), ...more },
    body: new URLSearchParams(pairs).toString(),
    jar,
  });
}

/** What a browser says about a form that it sends from one of the app's own pages. */
export function ownHeaders(client: Client): Readonly<Record<string, string>> {
  const { origin } = client.origin;
  return { origin, referer: `${origin}/`, "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate" };
}
