import type { Answer, LiveFacts, SeenCookie } from "../../live/facts.ts";

/** Cookies that carry a login: those a sign-in was seen to depend on, and by their usual names. */
export function isSessionCookie(cookie: SeenCookie, login: LiveFacts["login"]): boolean {
  if (login?.cookies.includes(cookie.name) === true) return true;
  if (/csrf|xsrf/i.test(cookie.name)) return false;
  return /(?:^|[._-])(?:sid|sess(?:ion)?|auth|token|jwt|remember(?:[._-]?me)?)(?:$|[._-])|connect\.sid|session/i.test(
    cookie.name,
  );
}

/** Every session cookie that was set, with the answer that set it. */
export function sessionCookies(
  facts: LiveFacts,
): readonly { readonly answer: Answer; readonly cookie: SeenCookie }[] {
  return facts.answers.flatMap((answer) =>
    answer.cookies.filter((one) => isSessionCookie(one, facts.login)).map((cookie) => ({ answer, cookie })),
  );
}
