import { METHODS } from "node:http";

const KNOWN_METHODS: ReadonlySet<string> = new Set(METHODS);

/** A method Node's parser knows; nobody makes a new time series with a word of his own. */
export function methodLabel(method: string): string {
  return KNOWN_METHODS.has(method) ? method : "other";
}

/** `2xx` to `5xx`: five series a route instead of one for every status. */
export function statusLabel(status: number): string {
  return status >= 100 && status < 600 ? `${Math.trunc(status / 100)}xx` : "other";
}

/** The pattern of the route that answered, as it is written in the source; never the path somebody asked for. */
export function routeLabel(route: unknown): string {
  const path = route instanceof Object && "path" in route ? route.path : undefined;
  return typeof path === "string" ? path : "none";
}

/**
 * Lets the first so many values through and turns all others into "other": a mistake that puts a visitor's text into a
 * label costs a few series and not the memory of the process.
 */
export function boundedLabel(maxValues: number): (value: string) => string {
  const seen = new Set<string>();
  return (value) => {
    if (seen.has(value)) return value;
    if (seen.size >= maxValues || value.length > MAX_LENGTH) return "other";
    seen.add(value);
    return value;
  };
}

const MAX_LENGTH = 100;
