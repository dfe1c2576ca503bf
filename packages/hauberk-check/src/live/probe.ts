import { Client, OutOfBudget, type Ask } from "./client.ts";
import type { Answer, LiveFacts } from "./facts.ts";
import { classAnswers, NOWHERE } from "./probes/classes.ts";
import { corsAnswers } from "./probes/cors.ts";
import { crawl, type Site } from "./probes/crawl.ts";
import { forgedForms } from "./probes/csrf.ts";
import { exposedFiles, listedFolders } from "./probes/files.ts";
import { poisoned } from "./probes/host.ts";
import { signInAndOut, type Credentials } from "./probes/login.ts";
import { oldProtocols } from "./probes/tls.ts";
import { variantBypasses } from "./probes/variants.ts";
import { startApp } from "./process.ts";
import { decideTarget } from "./target.ts";

export interface LiveOptions {
  /** Address the app answers at. With `start` alone it is taken from what the app prints, or from PORT. */
  readonly url?: string;
  /** Command that starts the app; it is stopped again. */
  readonly start?: string;
  /** The person says that a target other than this machine is theirs. @default false */
  readonly ownTarget?: boolean;
  /** Time for the app to start, in milliseconds. @default 15_000 */
  readonly timeoutMs?: number;
  /** Time for all probes together, in milliseconds. @default 60_000 */
  readonly totalMs?: number;
  readonly folder?: string;
  /** Also sends forms that may change something. @default false */
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
  const client = new Recorder(url, options.totalMs ?? 60_000);
  let site: Site;
  try {
    say(`reading the pages of ${url.origin}`);
    site = await crawl(client, url.pathname + url.search);
  } catch (error) {
    return fail(reasonOf(error, url));
  }
  return { ok: true, facts: await gather(client, site, options, say) };
}

/** Keeps the answers that the rules about headers, cookies and errors look through. */
class Recorder extends Client {
  readonly answers: Answer[] = [];
  isRecording = true;

  override async ask(ask: Ask): Promise<Answer> {
    const answer = await super.ask(ask);
    if (this.isRecording) this.answers.push(answer);
    return answer;
  }
}

type Undecided = { rule: string; reason: string }[];

async function gather(
  client: Recorder,
  site: Site,
  options: LiveOptions,
  say: (message: string) => void,
): Promise<LiveFacts> {
  const failures: string[] = [];
  const undecided: Undecided = [];
  const step = async <T>(what: string, empty: T, run: () => Promise<T>): Promise<T> => {
    say(what);
    try {
      return await run();
    } catch (error) {
      failures.push(`${what}: ${error instanceof OutOfBudget ? error.message : messageOf(error)}`);
      return empty;
    }
  };
  const { classes, more } = await step(
    "headers of each class of answer",
    { classes: new Map(), more: [] },
    async () => classAnswers(client, site),
  );
  const listed = await step("folders", [], async () => listedFolders(client, site.assets));
  // What follows lies about its origin or asks for what should not be there: not what visitors see.
  client.isRecording = false;
  const exposed = await step("sensitive files", [], async () => exposedFiles(client));
  const hostPoisoned = await step("foreign Host headers", [], async () => poisoned(client, site, "host"));
  const forwardedPoisoned = await step("foreign X-Forwarded-Host headers", [], async () =>
    poisoned(client, site, "x-forwarded-host"),
  );
  const cors = await step("foreign origins", [], async () => corsAnswers(client, site));
  const trace = await step("TRACE", undefined, async () => traceEcho(client));
  const login =
    options.credentials === undefined
      ? undefined
      : await step("signing in and out", undefined, async () => signIn(client, site, options, undecided));
  const csrf = await step("forms sent from another site", { accepted: [], undecided: [] }, async () =>
    forgedForms(client, login?.site ?? site, options.allowWrites ?? false),
  );
  const variants = await step("other spellings of guarded paths", [], async () =>
    variantBypasses(client, site),
  );
  const oldTls = await step("TLS versions", [], async () => oldProtocols(client.origin));
  const answers = [
    ...client.answers,
    ...more.filter((one) => !client.answers.includes(one)),
    ...listed.filter((one) => !client.answers.includes(one)),
  ];
  const carriesCookies = answers.some((one) => one.cookies.length > 0) || site.jar.size > 0;
  if (options.credentials === undefined)
    for (const rule of ["session/fixation", "session/logout-not-destroyed"])
      undecided.push({ rule, reason: "needs a test account: --user and --password" });
  if (carriesCookies)
    undecided.push(...csrf.undecided.map((reason) => ({ rule: "csrf/cross-origin-accepted", reason })));
  return {
    origin: client.origin.origin,
    isHttps: client.origin.protocol === "https:",
    classes,
    answers,
    exposed,
    hostPoisoned,
    forwardedPoisoned,
    cors,
    // Without cookies another site gains nothing by sending the form itself.
    crossOrigin: carriesCookies ? csrf.accepted : [],
    trace,
    failures,
    variants,
    login: login?.facts,
    oldTls,
    undecided,
  };
}

async function signIn(
  client: Client,
  site: Site,
  options: LiveOptions,
  undecided: Undecided,
): Promise<{ readonly facts: NonNullable<LiveFacts["login"]>; readonly site: Site } | undefined> {
  if (options.credentials === undefined) return undefined;
  const result = await signInAndOut(client, site, options.credentials);
  if (result.ok) {
    if (result.facts.outlivesLogout === undefined)
      undecided.push({
        rule: "session/logout-not-destroyed",
        reason: "no way to sign out was found behind the sign-in",
      });
    return { facts: result.facts, site };
  }
  for (const rule of ["session/fixation", "session/logout-not-destroyed"])
    undecided.push({ rule, reason: result.reason });
  return undefined;
}

/** Only an answer that repeats the request is a TRACE; others answer every method alike. */
async function traceEcho(client: Client): Promise<Answer | undefined> {
  const marker = "hauberk-check-trace-6c1d";
  const answer = await client.tryAsk({ method: "TRACE", path: NOWHERE, headers: { "x-marker": marker } });
  return answer !== undefined && answer.status < 300 && !answer.body.includes(marker) ? undefined : answer;
}

function reasonOf(error: unknown, url: URL): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ECONNREFUSED") return `nothing listens at ${url.host}`;
  if (code.startsWith("HPE_")) return `${url.host} does not speak HTTP (${code})`;
  if (code === "EPROTO") return `${url.host} does not speak TLS`;
  return `${url.host} could not be asked: ${messageOf(error)}`;
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? (error.message === "" ? error.name : error.message) : String(error);
