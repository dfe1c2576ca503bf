import type { Asker } from "./ask.ts";
import type { Answer, LiveFacts } from "./facts.ts";

type CrossOrigin = LiveFacts["crossOrigin"];

/** Forms whose submission with made-up values changes nothing: signing in and searching. */
const HARMLESS = /log-?in|sign-?in|session|search|authenticate/i;
const REFUSED: ReadonlySet<number> = new Set([400, 403, 405, 419, 421, 422, 429]);

interface Form {
  readonly action: string;
  readonly fields: ReadonlyMap<string, string>;
}

/** Sends each harmless form twice: as the app's own page would, and as another site would. */
export async function probeForms(
  asker: Asker,
  target: URL,
  pages: readonly (Answer | undefined)[],
): Promise<CrossOrigin> {
  const found: CrossOrigin[number][] = [];
  for (const page of pages) {
    if (page === undefined || page.status !== 200) continue;
    for (const form of formsOf(page).slice(0, 2)) {
      const one = await compare(asker, target, page, form);
      if (one !== undefined) found.push(one);
    }
  }
  return found;
}

async function compare(
  asker: Asker,
  target: URL,
  page: Answer,
  form: Form,
): Promise<CrossOrigin[number] | undefined> {
  const cookie = page.cookies.map((one) => one.pair).join("; ");
  const type = { "content-type": "application/x-www-form-urlencoded", ...(cookie === "" ? {} : { cookie }) };
  const own = await asker.ask(form.action, {
    method: "POST",
    headers: { ...type, origin: target.origin, "sec-fetch-site": "same-origin" },
    body: encode(form, true),
  });
  const foreign = await asker.ask(form.action, {
    method: "POST",
    headers: { ...type, origin: "https://hauberk-check.example", "sec-fetch-site": "cross-site" },
    body: encode(form, false),
  });
  if (
    own === undefined ||
    foreign === undefined ||
    REFUSED.has(own.status) ||
    foreign.status !== own.status ||
    foreign.status >= 500
  )
    return undefined;
  return {
    url: foreign.url,
    contentType: "application/x-www-form-urlencoded",
    status: foreign.status,
    control: own.status,
  };
}

function encode(form: Form, withToken: boolean): string {
  const body = new URLSearchParams();
  for (const [name, value] of form.fields)
    if (withToken || !/csrf|xsrf|token/i.test(name)) body.set(name, value === "" ? "hauberk-check" : value);
  return body.toString();
}

function formsOf(page: Answer): readonly Form[] {
  return [...page.body.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].flatMap((match): Form[] => {
    const [, head = "", inside = ""] = match;
    const action = attribute(head, "action") ?? new URL(page.url).pathname;
    if (
      !/method\s*=\s*["']?post/i.test(head) ||
      !action.startsWith("/") ||
      action.startsWith("//") ||
      !HARMLESS.test(action)
    )
      return [];
    const fields = [...inside.matchAll(/<input\b([^>]*)>/gi)].flatMap(
      ([, input = ""]): [string, string][] => {
        const name = attribute(input, "name");
        return name === undefined ? [] : [[name, attribute(input, "value") ?? ""]];
      },
    );
    return [{ action, fields: new Map(fields) }];
  });
}

function attribute(text: string, name: string): string | undefined {
  const match = new RegExp(String.raw`\b${name}\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))`, "i").exec(text);
  return match?.[1] ?? match?.[2] ?? match?.[3];
}
