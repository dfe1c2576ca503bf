import { isCsrf } from "../../engine/protections.ts";
import type { LiveFacts } from "../../live/facts.ts";
import type { Part } from "../../model/parts.ts";
import { isKnown } from "../../model/values.ts";
import type { AppView } from "../../model/view.ts";
import type { Rule, Statement } from "../rule.ts";
import { firstPart } from "./csrf.ts";
import { headerSetters } from "./headers.ts";
import { isSessionCookie } from "./live-cookies.ts";

type Against = NonNullable<Rule["against"]>;

const MAX_SHOWN = 60;
const shown = (text: string): string => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text);
const called = (part: Part): string => (part.name === "" ? "a middleware" : part.name);

/** Against "this header is missing": the middleware that sets it, the answer that carries it. */
export function headerAgainst(isHeader: (name: string) => boolean): Against {
  return {
    app: ({ view, program }) => {
      for (const { part, headers } of headerSetters(view, program)) {
        const name = [...headers].find(([one, value]) => isHeader(one) && !isKnown(value, false))?.[0];
        if (name !== undefined)
          return { at: part.site, message: `${called(part)} is mounted here, and sets ${name}.` };
      }
      return undefined;
    },
    live: ({ classes }) => {
      const found = [...(classes.get("page")?.headers ?? [])].find(([name]) => isHeader(name));
      return found === undefined
        ? undefined
        : { message: `The page carries ${found[0]}: ${shown(found[1])}` };
    },
  };
}

/** Against "nothing protects these routes": the protection that is mounted, the forms that were refused. */
export const csrfAgainst: Against = {
  app: ({ view }) => mounted(view, isCsrf, "is mounted here"),
  live: ({ crossOrigin, refusedForms = [] }) => {
    const [first] = refusedForms;
    return crossOrigin.length > 0 || first === undefined
      ? undefined
      : { message: `The form to ${first} was refused in every way another site could send it.` };
  },
};

/** Against "nobody counts the guesses". */
export const limitAgainst: Against = {
  app: ({ view }) => mounted(view, (part) => part.role === "rate-limit", "is mounted here"),
  live: ({ guessing }) =>
    guessing?.isStopped === true
      ? {
          message: `Wrong passwords were stopped after ${String(guessing.attempts)} (${String(guessing.status)}).`,
        }
      : undefined,
};

/** Against "the session cookie lacks this flag": a session cookie that was seen with it, and none without. */
export function cookieAgainst(flag: string): Against {
  return {
    live: ({ answers, login }: LiveFacts): Statement | undefined => {
      const cookies = answers.flatMap((one) => one.cookies).filter((one) => isSessionCookie(one, login));
      const [first] = cookies;
      return first === undefined || !cookies.every((one) => one.attributes.has(flag))
        ? undefined
        : { message: `Set-Cookie for ${first.name} has ${flag}.` };
    },
  };
}

function mounted(view: AppView, test: (part: Part) => boolean, what: string): Statement | undefined {
  const found = firstPart(view, test);
  return found === undefined ? undefined : { at: found.part.site, message: `${called(found.part)} ${what}.` };
}
