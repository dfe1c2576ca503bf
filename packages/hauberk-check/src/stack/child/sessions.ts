import { called, type Called, type Prototypes } from "./exchange.ts";

/** Long enough for a store in another process to answer. */
const SAVE_MS = 300;
const MARK = "hauberkCheck";
const SPEAKS_OF_SESSIONS = /sess|cookie|visitor|signed/i;

/** Whether a function may keep sessions, for all that its name and its text say. */
export function mayKeepSessions(fn: unknown, pkg: string | undefined): boolean {
  if (typeof fn !== "function" || fn.length !== 3) return false;
  return SPEAKS_OF_SESSIONS.test(`${pkg ?? ""} ${Function.prototype.toString.call(fn)}`);
}

/**
 * Whether it remembers, for whoever sends its cookie and for nobody else, what was written into an object that it puts
 * on the request.
 */
export async function keepsSessions(fn: unknown, prototypes: Prototypes): Promise<boolean> {
  const first = await visit(fn, prototypes, "");
  if (first === undefined) return false;
  for (const holder of first.holders.values()) write(holder);
  const cookie = await cookiesOf(first);
  if (cookie === "") return false;
  const again = await visit(fn, prototypes, cookie);
  const kept = again === undefined ? [] : [...again.holders].filter(([, holder]) => isMarked(holder));
  if (again !== undefined) await cookiesOf(again);
  if (kept.length === 0) return false;
  // What another visitor sees as well is one object for everybody.
  const other = await visit(fn, prototypes, "");
  return kept.some(([name]) => !isMarked(other?.holders.get(name)));
}

interface Visit extends Called {
  /** Objects that were not on the request before, by name. */
  readonly holders: ReadonlyMap<string, object>;
}

async function visit(fn: unknown, prototypes: Prototypes, cookie: string): Promise<Visit | undefined> {
  const cookies = Object.fromEntries(cookie.split("; ").map((one) => splitAt(one, "=")));
  const made = cookie === "" ? { query: {}, body: {}, cookies: {} } : { query: {}, body: {}, cookies };
  const seen = await called(fn, prototypes, {
    method: "GET",
    headers: cookie === "" ? {} : { cookie },
    made: { ...made, signedCookies: {} },
  });
  return seen.outcome === "passed" ? { ...seen, holders: holdersOf(seen.request) } : undefined;
}

const NOT_HOLDERS: ReadonlySet<string> = new Set(
  "headers query body cookies signedCookies params socket connection client res next app route sessionStore".split(
    " ",
  ),
);

function holdersOf(request: object): ReadonlyMap<string, object> {
  const found = new Map<string, object>();
  for (const name of Object.keys(Object.getOwnPropertyDescriptors(request))) {
    if (NOT_HOLDERS.has(name) || name.startsWith("_")) continue;
    const value = valueOf(request, name);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) found.set(name, value);
  }
  return found;
}

/** A getter of somebody else's may throw. */
function valueOf(holder: object, name: string): unknown {
  try {
    return (holder as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}

function write(holder: object): void {
  try {
    (holder as Record<string, unknown>)[MARK] = "1";
  } catch {
    // Frozen: nothing is kept in it.
  }
}

const isMarked = (holder: object | undefined): boolean =>
  holder !== undefined && valueOf(holder, MARK) === "1";

/** Ends the answer as a route would, waits until it is saved, and returns what a browser would send back. */
async function cookiesOf({ response, ended }: Visit): Promise<string> {
  const timer = Promise.withResolvers<void>();
  const timeout = setTimeout(timer.resolve, SAVE_MS);
  try {
    response.end();
    await Promise.race([ended, timer.promise]);
    response.emit("finish");
    await new Promise(setImmediate);
  } catch {
    return "";
  } finally {
    clearTimeout(timeout);
  }
  return [response.getHeader("set-cookie") ?? []]
    .flat()
    .map((one) => splitAt(String(one), ";")[0])
    .join("; ");
}

function splitAt(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
