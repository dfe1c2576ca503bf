import { isSessionCookie } from "../../rules/kit/live-cookies.ts";
import type { Client, Jar } from "../client.ts";
import type { Answer, LoginFacts } from "../facts.ts";
import { readPage, samePath, type PlacedForm } from "../pages.ts";
import { crawl, type Site } from "./crawl.ts";
import { freshForm, loginForm, signUpForm, submit, type Credentials } from "./forms.ts";
import { isGuarded } from "./variants.ts";

export type LoginResult =
  | {
      readonly ok: true;
      readonly facts: LoginFacts;
      /** The pages behind the sign-in, with the cookies of a session of their own. */
      readonly inside: Site | undefined;
    }
  | { readonly ok: false; readonly reason: string };

/** Signs in and out with test credentials, and watches what becomes of the session id. */
export async function signInAndOut(
  client: Client,
  site: Site,
  credentials: Credentials,
  mayWrite: boolean,
): Promise<LoginResult> {
  const known = await loginForm(client, site);
  if (known === undefined) return { ok: false, reason: "no sign-in form was found" };
  let tried = await signIn(client, known, credentials);
  if (!isSignedIn(tried.answer) && mayWrite && (await signUp(client, site, credentials)))
    tried = await signIn(client, known, credentials);
  const { answer, jar, before } = tried;
  const signedIn = new Map(jar);
  if (!isSignedIn(answer)) return { ok: false, reason: refusal(known, answer, mayWrite) };
  const { cookies, ...out } = await signOut(client, jar, answer);
  const shared = [...before].filter(([name]) => isSession(name) || cookies.includes(name));
  const keepsId = shared.length === 0 ? false : shared.every(([name, value]) => signedIn.get(name) === value);
  const again = await signIn(client, known, credentials);
  const inside = isSignedIn(again.answer) ? await crawl(client, landing(again.answer), again.jar) : undefined;
  return { ok: true, facts: { url: answer.url, keepsId, cookies, ...out }, inside };
}

function refusal({ form }: PlacedForm, answer: Answer, mayWrite: boolean): string {
  const hint = mayWrite ? "" : "; --allow-writes makes the account where the app has a sign-up form";
  return `signing in at ${form.action} with the given credentials did not work (${String(answer.status)})${hint}`;
}

interface Attempt {
  readonly answer: Answer;
  readonly jar: Jar;
  /** Cookies from before the sign-in. */
  readonly before: Jar;
}

async function signIn(client: Client, known: PlacedForm, credentials: Credentials): Promise<Attempt> {
  const jar: Jar = new Map();
  const form = await freshForm(client, known, jar);
  const before = new Map(jar);
  return { answer: await submit(client, form, jar, credentials), jar, before };
}

/** Makes the test account, where there is a form for it. */
async function signUp(client: Client, site: Site, credentials: Credentials): Promise<boolean> {
  const known = await signUpForm(client, site);
  if (known === undefined) return false;
  const jar: Jar = new Map();
  return (await submit(client, await freshForm(client, known, jar), jar, credentials)).status < 400;
}

const isSession = (name: string): boolean =>
  isSessionCookie({ name, valueLength: 0, attributes: new Map(), knownSecret: false }, undefined);

function isSignedIn(answer: Answer): boolean {
  if (answer.status >= 400) return false;
  if (answer.status >= 300)
    return !isGuarded(answer) && !/error|fail|invalid/i.test(answer.headers.get("location") ?? "");
  return !/type\s*=\s*["']?password/i.test(answer.body);
}

const landing = (answer: Answer): string =>
  samePath(answer.headers.get("location") ?? "/", answer.url) ?? "/";

async function signOut(
  client: Client,
  jar: Jar,
  landed: Answer,
): Promise<Pick<LoginFacts, "outlivesLogout" | "logoutUrl" | "cookies">> {
  const nothing = { outlivesLogout: undefined, logoutUrl: undefined, cookies: [] };
  const start = landing(landed);
  const page = await client.tryAsk({ path: start, jar });
  if (page === undefined) return nothing;
  const inside = await needsSession(
    client,
    [start, "/account", "/profile", "/dashboard", "/admin", "/"],
    jar,
  );
  if (inside === undefined) return nothing;
  const old = new Map(jar);
  const cookies = await carriers(client, inside, jar);
  const answer = await pressSignOut(client, page, jar);
  if (answer === undefined || answer.status >= 400) return { ...nothing, cookies };
  const again = await client.tryAsk({ path: inside, jar: old });
  return { outlivesLogout: again?.status === 200, logoutUrl: answer.url, cookies };
}

/** Without one of these, whatever its name, what needs a sign-in is refused. */
async function carriers(client: Client, inside: string, jar: Jar): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of jar.keys()) {
    const others = new Map([...jar].filter(([other]) => other !== name));
    const answer = await client.tryAsk({ path: inside, jar: others });
    if (answer !== undefined && isGuarded(answer)) found.push(name);
  }
  return found;
}

async function pressSignOut(client: Client, page: Answer, jar: Jar): Promise<Answer | undefined> {
  const { links, forms } = readPage(page.body, page.url);
  const form = forms.find((one) => one.method === "POST" && /log-?out|sign-?out/i.test(one.action));
  if (form !== undefined) return submit(client, form, jar);
  const link = links.find((one) => /log-?out|sign-?out/i.test(one));
  return link === undefined ? undefined : client.tryAsk({ path: link, jar });
}

/** A path that answers 200 with the session and not without it. */
async function needsSession(client: Client, paths: readonly string[], jar: Jar): Promise<string | undefined> {
  for (const path of new Set(paths)) {
    const without = await client.tryAsk({ path });
    if (without === undefined || !isGuarded(without)) continue;
    const inside = await client.tryAsk({ path, jar: new Map(jar) });
    if (inside?.status === 200) return path;
  }
  return undefined;
}
