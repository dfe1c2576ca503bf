import type { Client, Jar } from "../client.ts";
import type { Answer, GuessingFacts } from "../facts.ts";
import type { Site } from "./crawl.ts";
import { freshForm, loginForm, submit } from "./forms.ts";

/** More wrong passwords than any person types in a minute. */
const ATTEMPTS = 30;
/** Nobody has this account: nobody is locked out of it. */
const STRANGER = { user: "hauberk-check-stranger@example.com", password: "wrong-on-purpose-7f3a" };
const SLOWED_MS = 1_000;

/** Tries wrong passwords for one made-up account, and when it is stopped tries again as if from another address. */
export async function guessPasswords(client: Client, site: Site): Promise<GuessingFacts | undefined> {
  const known = await loginForm(client, site);
  if (known === undefined) return undefined;
  const jar: Jar = new Map();
  const form = await freshForm(client, known, jar);
  let last: Answer | undefined;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    last = await submit(client, form, jar, STRANGER);
    // The form was not understood, or its token was used up: this says nothing about guessing.
    if (last.status === 403 || last.status === 404 || last.status >= 500) return undefined;
    if (isStop(last)) {
      const isReset = await isResetByHeader(async (headers) => submit(client, form, jar, STRANGER, headers));
      return { ...factsOf(last, attempt), isStopped: true, isReset };
    }
    // Slower and slower, or a limit that says so itself and is merely higher: guessing does not go on for ever.
    if ((last.ms > SLOWED_MS && attempt > 3) || announcesLimit(last))
      return { ...factsOf(last, attempt), isStopped: true };
  }
  return last === undefined ? undefined : factsOf(last, ATTEMPTS);
}

const isStop = ({ status }: Answer): boolean => status === 429 || status === 423;

/** A limit that fills up again lets single requests through by itself: the header has to make the difference twice. */
async function isResetByHeader(
  ask: (headers: Readonly<Record<string, string>>) => Promise<Answer>,
): Promise<boolean> {
  for (const address of ["203.0.113.77", "203.0.113.78"]) {
    if (!isStop(await ask({}))) return false;
    const elsewhere = await ask({ "x-forwarded-for": address });
    if (isStop(elsewhere) || elsewhere.status >= 500) return false;
  }
  return isStop(await ask({}));
}

const announcesLimit = (answer: Answer): boolean =>
  [...answer.headers.keys()].some((name) => /^(?:x-)?ratelimit(?:-|$)/.test(name));

function factsOf(last: Answer, attempts: number): GuessingFacts {
  return { url: last.url, attempts, status: last.status, isStopped: false, isReset: false };
}
