import type { GuessingFacts, LiveFacts } from "./facts.ts";
import type { LoginResult } from "./probes/login.ts";

interface Seen {
  readonly csrf: readonly string[];
  /** `undefined` when there was nobody to sign in, or it could not be tried. */
  readonly login: LoginResult | undefined;
  readonly guessing: GuessingFacts | undefined;
  /** How many forms took odd input. */
  readonly oddForms: number;
}

const SESSION_RULES = ["session/fixation", "session/logout-not-destroyed"];

/** The rules that could not be decided, with what would decide them. Pure. */
export function undecidedOf({ csrf, login, guessing, oddForms }: Seen): NonNullable<LiveFacts["undecided"]> {
  return [
    ...sessionsOf(login),
    ...csrf.map((reason) => ({ rule: "csrf/cross-origin-accepted", reason })),
    ...(guessing === undefined
      ? [
          {
            rule: "ratelimit/auth-missing",
            reason: "no sign-in form took wrong passwords one after the other",
          },
        ]
      : []),
    ...(oddForms === 0
      ? [{ rule: "input/odd-fails", reason: "no form that may be sent with odd input was found" }]
      : []),
  ];
}

function sessionsOf(login: LoginResult | undefined): NonNullable<LiveFacts["undecided"]> {
  if (login === undefined)
    return SESSION_RULES.map((rule) => ({ rule, reason: "needs a test account: --user and --password" }));
  if (!login.ok) return SESSION_RULES.map((rule) => ({ rule, reason: login.reason }));
  if (login.facts.outlivesLogout !== undefined) return [];
  const reason = "no way to sign out was found behind the sign-in";
  return [{ rule: "session/logout-not-destroyed", reason }];
}
