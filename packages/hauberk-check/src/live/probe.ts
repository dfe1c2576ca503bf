import type { LiveFacts } from "./facts.ts";
import { gather, Recorder } from "./gather.ts";
import { crawl, type Site } from "./probes/crawl.ts";
import type { Credentials } from "./probes/forms.ts";
import { startApp } from "./process.ts";
import { decideTarget } from "./target.ts";

export interface LiveOptions {
  /** Address the app answers at. With `start` alone it is taken from what the app prints, or from PORT. */
  readonly url?: string;
  /** Command that starts the app; it is stopped again. */
  readonly start?: string;
  /** The person says that a target other than this machine is theirs. @default false */
  readonly ownTarget?: boolean;
  /** Time for the app to start, and for one answer (5 s at most), in milliseconds. @default 15_000 */
  readonly timeoutMs?: number;
  /** Time for all probes together, in milliseconds. @default 60_000 */
  readonly totalMs?: number;
  readonly folder?: string;
  /** Also sends forms that may change something, and signs the test account up when it is not there. @default false */
  readonly allowWrites?: boolean;
  /** Test account for the session probes. */
  readonly credentials?: Credentials;
}

export type Probed =
  | { readonly ok: true; readonly facts: LiveFacts }
  | { readonly ok: false; readonly target: string; readonly reason: string };

/** Asks a running app, or starts one, asks it and stops it. Never throws for what the app does. */
export async function probe(options: LiveOptions, say: (message: string) => void): Promise<Probed> {
  const name = options.url ?? options.start ?? "";
  const fail = (reason: string): Probed => ({ ok: false, target: name, reason });
  const target =
    options.url === undefined ? undefined : decideTarget(options.url, options.ownTarget ?? false);
  if (target?.ok === false) return fail(target.reason);
  if (options.start === undefined)
    return target === undefined
      ? fail("neither an address nor a command was given")
      : probeAt(target.url, options, say, fail);
  say(`starting ${options.start}`);
  const started = await startApp(
    options.start,
    options.folder ?? ".",
    target?.url,
    options.timeoutMs ?? 15_000,
    say,
  );
  if (!started.ok) return fail(started.reason);
  try {
    return await probeAt(started.url, options, say, fail);
  } finally {
    await started.stop();
  }
}

async function probeAt(
  url: URL,
  options: LiveOptions,
  say: (message: string) => void,
  fail: (reason: string) => Probed,
): Promise<Probed> {
  const client = new Recorder(url, options.totalMs ?? 60_000, options.timeoutMs);
  let site: Site;
  try {
    say(`reading the pages of ${url.origin}`);
    site = await crawl(client, url.pathname + url.search);
  } catch (error) {
    return fail(reasonOf(error, url));
  }
  const missing = whyNoPage(site);
  if (missing !== undefined) return fail(missing);
  return { ok: true, facts: await gather(client, site, options, say) };
}

/** A server that sends everybody to HTTPS or to itself, or turns all away, shows no page: nothing wrong in none would be read as a pass. */
function whyNoPage({ home, pages, refused, redirects }: Site): string | undefined {
  if (pages.length + refused.length > 0) return undefined;
  if (home.status === 429) return "no page was read: the app's rate limit turned the first request away";
  const last = redirects.at(-1);
  return last === undefined
    ? undefined
    : `no page was read: every answer leads elsewhere, the last one to ${last.headers.get("location") ?? "nowhere"}`;
}

function reasonOf(error: unknown, url: URL): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ECONNREFUSED") return `nothing listens at ${url.host}`;
  if (code === "HPE_HEADER_OVERFLOW") return `${url.host} answers with more than 16 KB of headers`;
  if (code.startsWith("HPE_")) return `${url.host} does not speak HTTP (${code})`;
  if (code === "EPROTO") return `${url.host} does not speak TLS`;
  return `${url.host} could not be asked: ${messageOf(error)}`;
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? (error.message === "" ? error.name : error.message) : String(error);
