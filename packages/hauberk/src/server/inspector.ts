import { url as inspectorUrl } from "node:inspector";
import { ConfigError } from "../errors/config-error.ts";

export interface InspectorFacts {
  /** `process.execArgv`. */
  readonly execArgv: readonly string[];
  /** The variable NODE_OPTIONS, quotes and all. */
  readonly nodeOptions: string;
  /** Where the inspector listens already, such as `ws://127.0.0.1:9229/...`. */
  readonly url: string | undefined;
}

/** `--inspect-port` alone opens nothing; SIGUSR1 then does, and there. `--debug-port` is its other name. */
const FLAG = /^--(?:inspect(?:-brk|-brk-node|-wait|-port)?|debug-port)(?:=(.*))?$/;
const FLAGS_WITH_A_WORD_BEHIND = /^--(?:inspect-port|debug-port)$/;

/**
 * Finds an address other machines could reach at which Node's inspector listens, or would after SIGUSR1: whoever connects
 * to it runs whatever they like in this process, without a password. Pure.
 *
 * @returns that address; undefined when there is none
 * @see https://nodejs.org/learn/getting-started/debugging#security-implications
 */
export function findPublicInspector({ execArgv, nodeOptions, url }: InspectorFacts): string | undefined {
  const places = [...hostsIn(execArgv), ...hostsIn(words(nodeOptions))];
  if (url !== undefined) places.push(url.replace(/^ws:\/\//, "").replace(/\/.*$/s, ""));
  return places.find((place) => !isLoopback(place));
}

/**
 * Ends the start of a process that anybody could debug.
 *
 * @throws {ConfigError} `INSPECTOR_PUBLIC`
 */
export function assertNoPublicInspector(): void {
  const found = findPublicInspector({
    execArgv: process.execArgv,
    nodeOptions: process.env["NODE_OPTIONS"] ?? "",
    url: inspectorUrl(),
  });
  if (found === undefined) return;
  throw new ConfigError("INSPECTOR_PUBLIC", {
    what: `listen(): Node's inspector is told to listen on ${JSON.stringify(found)}, which is not this machine alone.`,
    why: "whoever reaches it runs code in this process, reads its secrets and needs no password.",
    fix: "--inspect=127.0.0.1:9229, reached through ssh -L 9229:127.0.0.1:9229; in production leave it out.",
  });
}

function hostsIn(flags: readonly string[]): string[] {
  return flags.flatMap((flag, index) => {
    // Node reads --inspect_port like --inspect-port.
    const name = flag.replace(/^--[^=]*/, (text) => text.replaceAll("_", "-"));
    const value = FLAGS_WITH_A_WORD_BEHIND.test(name) ? flags[index + 1] : FLAG.exec(name)?.[1];
    return value === undefined ? [] : [value];
  });
}

/** As Node splits NODE_OPTIONS: at spaces, except between double quotes, where a backslash guards the next letter. */
function words(text: string): string[] {
  const found = [""];
  let quoted = false;
  const append = (letter: string): void => void found.push(`${found.pop() ?? ""}${letter}`);
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at);
    if (letter === '"') quoted = !quoted;
    else if (letter === " " && !quoted) found.push("");
    else append(letter === "\\" && quoted ? text.charAt(++at) : letter);
  }
  return found.filter((word) => word !== "");
}

/** A port alone is 127.0.0.1. A name other than localhost may be anything: it is not looked up. */
function isLoopback(place: string): boolean {
  if (/^\d*$/.test(place)) return true;
  const host = place.replace(/:\d*$/, "").toLowerCase();
  return (
    host === "" ||
    host === "localhost" ||
    /^127(?:\.\d{1,3}){3}$/.test(host) ||
    host === "[::1]" ||
    host === "::1"
  );
}
