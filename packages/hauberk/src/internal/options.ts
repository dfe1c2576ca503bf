import { ConfigError } from "../errors/config-error.ts";
import type { ConfigErrorCode } from "./error-codes.ts";

/** Where an option stands, for messages: `hauberk(): "session.idleSeconds"`. */
export interface OptionPlace {
  readonly call: string;
  readonly path?: string;
}

type PlainObject = Readonly<Record<string, unknown>>;

/**
 * Reads an options object: a plain object with known keys only.
 *
 * Takes `unknown` because JavaScript callers exist: `app.use(csrf)` without the call hands us a request.
 */
export function readOptions(input: unknown, known: readonly string[], place: OptionPlace): PlainObject {
  if (input === undefined) return {};
  if (!isPlainObject(input)) {
    throw new ConfigError("OPTIONS_INVALID", {
      what: `${describe(place)} is ${received(input)}, expected a plain object.`,
      why: "options that cannot be read would silently fall back to something else than you meant.",
      fix: `pass an object, for example ${place.call.replace("()", "({})")}; call the factory instead of passing it.`,
    });
  }
  for (const key of Object.keys(input)) {
    if (!known.includes(key)) throw unknownOption(key, known, place);
  }
  return input;
}

/** One error for every misspelt name. */
function unknownOption(key: string, known: readonly string[], place: OptionPlace): ConfigError {
  const nearest = nearestOf(key, known);
  const hint = nearest === undefined ? `known options are ${known.join(", ")}` : `did you mean "${nearest}"?`;
  return new ConfigError("OPTION_UNKNOWN", {
    what: `${describe(place)} has the unknown option ${JSON.stringify(key.slice(0, 80))}.`,
    why: "a misspelt protection is a protection that is not on.",
    fix: hint,
  });
}

/** Reads an integer in a range; `undefined` gives the default. NaN and fractions are refused. */
export function readInteger(
  value: unknown,
  range: { readonly min: number; readonly max: number; readonly fallback: number },
  place: OptionPlace,
): number {
  if (value === undefined) return range.fallback;
  if (typeof value === "number" && Number.isInteger(value) && value >= range.min && value <= range.max)
    return value;
  throw new ConfigError("OPTION_RANGE", {
    what: `${describe(place)} is ${received(value)}, expected an integer from ${range.min} to ${range.max}.`,
    why: "a limit that is not a finite number limits nothing.",
    fix: `use a number, for example ${range.fallback}.`,
  });
}

export function readBoolean(value: unknown, fallback: boolean, place: OptionPlace): boolean {
  if (value === undefined) return fallback;
  if (typeof value === "boolean") return value;
  throw wrongType(value, "true or false", place);
}

export function readString(value: unknown, place: OptionPlace): string {
  if (typeof value === "string" && value !== "") return value;
  throw wrongType(value, "a non-empty string", place);
}

export function readOneOf<const T extends string>(
  value: unknown,
  choices: readonly T[],
  fallback: T,
  place: OptionPlace,
): T {
  if (value === undefined) return fallback;
  const choice = choices.find((candidate) => candidate === value);
  if (choice !== undefined) return choice;
  throw wrongType(value, choices.map((each) => JSON.stringify(each)).join(" or "), place);
}

/** Checks that it is a function; what it takes and returns, the types of the options say. */
export function readFunction(value: unknown, place: OptionPlace): unknown {
  if (value === undefined || typeof value === "function") return value;
  throw wrongType(value, "a function", place);
}

export function readStringArray(value: unknown, place: OptionPlace): readonly string[] {
  if (Array.isArray(value) && value.every((each): each is string => typeof each === "string")) return value;
  throw wrongType(value, "an array of strings", place);
}

export function wrongType(
  value: unknown,
  expected: string,
  place: OptionPlace,
  code: ConfigErrorCode = "OPTION_TYPE",
): ConfigError {
  return new ConfigError(code, {
    what: `${describe(place)} is ${received(value)}, expected ${expected}.`,
    why: "a value of another type would be guessed at, and a guess is not a protection.",
    fix: `pass ${expected}.`,
  });
}

/** `csrf(): option "token"` or `csrf(): the options`. */
export function describe(place: OptionPlace): string {
  return place.path === undefined
    ? `${place.call}: the options object`
    : `${place.call}: option "${place.path}"`;
}

/** Says what was received without printing what could be a secret: long strings are given by their length. */
export function received(value: unknown): string {
  if (typeof value === "string")
    return value.length > 60 ? `a string of ${value.length} characters` : JSON.stringify(value);
  if (typeof value === "number" || typeof value === "boolean" || value === null || value === undefined)
    return String(value);
  if (typeof value === "function") return "a function";
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}

export function isPlainObject(value: unknown): value is PlainObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The known word closest to a misspelt one, at most a third of its letters away. */
export function nearestOf(word: string, known: readonly string[]): string | undefined {
  const text = word.slice(0, 64).toLowerCase();
  const limit = Math.max(2, Math.floor(text.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of known) {
    const distance = editDistance(text, candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
