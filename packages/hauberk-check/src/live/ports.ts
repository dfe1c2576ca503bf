import { readFileSync } from "node:fs";

const DEFAULT_PORT = 3000;
/** State `0A` of a line in /proc/net/tcp: the socket listens. */
const LISTENS = "0A";

/** The port an app most likely takes: PORT, where that is one. Pipes and anything else are not asked. */
export function portFrom(value: string | undefined): number {
  const port = /^\d{1,5}$/.test(value ?? "") ? Number(value) : DEFAULT_PORT;
  return port >= 1 && port <= 65_535 ? port : DEFAULT_PORT;
}

/**
 * Ports on which something listens now, where the system tells (Linux). What listens before the app was started is not
 * the app, even when the app names it: "connected to http://localhost:9200".
 */
export function takenPorts(): ReadonlySet<number> {
  return new Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) => listeningIn(readOrNothing(path))));
}

/** The ports in a table such as /proc/net/tcp. Pure. */
export function listeningIn(table: string): readonly number[] {
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === LISTENS)
    .map((fields) => Number.parseInt(fields[1]?.split(":")[1] ?? "", 16))
    .filter((port) => port > 0);
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
