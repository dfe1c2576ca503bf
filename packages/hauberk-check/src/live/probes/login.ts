import { isSessionCookie } from "../../rules/kit/live-cookies.ts";
import type { Client, Jar } from "../client.ts";
import type { Answer, LoginFacts } from "../facts.ts";
import { isLogin, isToken, readPage, samePath, type Form } from "../pages.ts";
import type { Site } from "./crawl.ts";
import { isGuarded } from "./variants.ts";

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export type LoginResult =
  | { readonly ok: true; readonly facts: LoginFacts; readonly jar: Jar }
  | { readonly ok: false; readonly reason: string };

/** Signs in and out with test credentials, and watches what becomes of the session id. */
export async function signInAndOut(
  client: Client,
  site: Site,
  credentials: Credentials,
): Promise<LoginResult> {
  const known = site.forms.find((one) => isLogin(one.form)) ?? (await findLogin(client, site.jar));
  if (known === undefined) return { ok: false, reason: "no sign-in form was found" };
  const jar: Jar = new Map();
  const fresh = await client.ask({ path: known.page, jar });
  const form = readPage(fresh.body, fresh.url).forms.find(isLogin) ?? known.form;
  const before = new Map(jar);
  const answer = await submit(client, form, jar, credentials);
  if (!isSignedIn(answer))
    return {
      ok: false,
      reason: `signing in at ${form.action} with the given credentials did not work (${String(answer.status)})`,
    };
  const shared = [...before].filter(([name]) => isSession(name));
  const keepsId = shared.length === 0 ? false : shared.every(([name, value]) => jar.get(name) === value);
  return { ok: true, jar, facts: { url: answer.url, keepsId, ...(await signOut(client, jar, answer)) } };
}

const isSession = (name: string): boolean =>
  isSessionCookie({ name, valueLength: 0, attributes: new Map(), knownSecret: false });

async function findLogin(client: Client, jar: Jar): Promise<{ page: string; form: Form } | undefined> {
  for (const page of ["/login", "/signin", "/auth/login", "/users/login"]) {
    const answer = await client.tryAsk({ path: page, jar });
    const form = answer === undefined ? undefined : readPage(answer.body, answer.url).forms.find(isLogin);
    if (form !== undefined) return { page, form };
  }
  return undefined;
}

async function submit(client: Client, form: Form, jar: Jar, credentials?: Credentials): Promise<Answer> {
  const name = form.fields.find(
    (one) => /user|mail|login|name/i.test(one.name) && !isToken(one) && one.type !== "password",
  )?.name;
  const pairs = form.fields.map((one): [string, string] => {
    if (one.type === "password") return [one.name, credentials?.password ?? ""];
    return [one.name, one.name === name ? (credentials?.user ?? "") : one.value];
  });
  const { origin } = client.origin;
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    origin,
    referer: `${origin}/`,
    "sec-fetch-site": "same-origin",
    "sec-fetch-mode": "navigate",
  };
  return client.ask({
    method: "POST",
    path: form.action,
    headers,
    body: new URLSearchParams(pairs).toString(),
    jar,
  });
}

function isSignedIn(answer: Answer): boolean {
  if (answer.status >= 400) return false;
  if (answer.status >= 300)
    return !isGuarded(answer) && !/error|fail|invalid/i.test(answer.headers.get("location") ?? "");
  return !/type\s*=\s*["']?password/i.test(answer.body);
}

async function signOut(
  client: Client,
  jar: Jar,
  landed: Answer,
): Promise<Pick<LoginFacts, "outlivesLogout" | "logoutUrl">> {
  const nothing = { outlivesLogout: undefined, logoutUrl: undefined };
  const start = samePath(landed.headers.get("location") ?? "/", landed.url) ?? "/";
  const page = await client.tryAsk({ path: start, jar });
  if (page === undefined) return nothing;
  const inside = await needsSession(
    client,
    [start, "/account", "/profile", "/dashboard", "/admin", "/"],
    jar,
  );
  if (inside === undefined) return nothing;
  const { links, forms } = readPage(page.body, page.url);
  const form = forms.find((one) => one.method === "POST" && /log-?out|sign-?out/i.test(one.action));
  const link = links.find((one) => /log-?out|sign-?out/i.test(one));
  const old = new Map(jar);
  const answer =
    form === undefined
      ? link === undefined
        ? undefined
        : await client.tryAsk({ path: link, jar })
      : await submit(client, form, jar);
  if (answer === undefined || answer.status >= 400) return nothing;
  const again = await client.tryAsk({ path: inside, jar: old });
  return { outlivesLogout: again?.status === 200, logoutUrl: answer.url };
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
