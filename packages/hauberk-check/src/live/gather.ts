import { Client, OutOfBudget, type Ask } from "./client.ts";
import type { Answer, LiveFacts } from "./facts.ts";
import type { LiveOptions } from "./probe.ts";
import { classAnswers, type Classes } from "./probes/classes.ts";
import { corsAnswers } from "./probes/cors.ts";
import type { Site } from "./probes/crawl.ts";
import { forgedForms } from "./probes/csrf.ts";
import { exposedFiles, listedFolders } from "./probes/files.ts";
import { openGraphql } from "./probes/graphql.ts";
import { guessPasswords } from "./probes/guessing.ts";
import { poisoned } from "./probes/host.ts";
import { openInternals } from "./probes/internals.ts";
import { wrappedAnswers } from "./probes/jsonp.ts";
import { signInAndOut, type LoginResult } from "./probes/login.ts";
import { overriddenGet, traceEcho } from "./probes/methods.ts";
import { oddAnswers } from "./probes/odd-input.ts";
import { openRedirects } from "./probes/redirects.ts";
import { addressesInScripts } from "./probes/scripts.ts";
import { openSocketIo, socketAnswers } from "./probes/sockets.ts";
import { tlsAnswers } from "./probes/tls.ts";
import { variantBypasses } from "./probes/variants.ts";
import { undecidedOf } from "./undecided.ts";

/** Keeps the answers that the rules about headers, cookies and errors look through. */
export class Recorder extends Client {
  readonly answers: Answer[] = [];
  isRecording = true;
  /** Requests the app's own rate limit turned away. */
  limited = 0;

  override async ask(ask: Ask): Promise<Answer> {
    const answer = await super.ask(ask);
    if (answer.status === 429) this.limited += 1;
    if (this.isRecording) this.answers.push(answer);
    return answer;
  }
}

type Step = <T>(what: string, empty: T, run: () => Promise<T>) => Promise<T>;

/** Asks everything there is to ask, one probe after the other; a probe that fails leaves its reason. */
export async function gather(
  client: Recorder,
  site: Site,
  options: LiveOptions,
  say: (message: string) => void,
): Promise<LiveFacts> {
  const failures: string[] = [];
  const step: Step = async (what, empty, run) => {
    say(what);
    try {
      return await run();
    } catch (error) {
      failures.push(`${what}: ${error instanceof OutOfBudget ? error.message : messageOf(error)}`);
      return empty;
    }
  };
  const nothing: Classes = { classes: new Map(), more: [] };
  const { classes, more } = await step("headers of each class of answer", nothing, async () =>
    classAnswers(client, site),
  );
  const listed = await step("folders", [], async () => listedFolders(client, site.assets));
  const login = await step("signing in and out", undefined, async () => signIn(client, site, options));
  // What follows lies about its origin or asks for what should not be there: not what visitors see.
  client.isRecording = false;
  const around = await askAround(client, site, step);
  const whole = withInside(site, login?.ok === true ? login.inside : undefined);
  const csrf = await step(
    "forms sent from another site",
    { accepted: [], refused: [], undecided: [] },
    async () => {
      // What a limiter answers says nothing about protection, and this far into a run there may be one.
      client.isPatient = true;
      return forgedForms(client, whole, options.allowWrites ?? false);
    },
  );
  client.isPatient = false;
  const beside = await askBeside(client, whole, step);
  const guessing = await step("many wrong passwords", undefined, async () => guessPasswords(client, site));
  const odd = await step("odd input in forms", { failed: [], forms: 0 }, async () =>
    oddAnswers(client, site, options.allowWrites ?? false),
  );
  const answers = [...new Set([...client.answers, ...more, ...listed])];
  const carriesCookies = answers.some((one) => one.cookies.length > 0) || site.jar.size > 0;
  if (client.limited > 0 && guessing?.isStopped !== true)
    failures.push(`the app's rate limit turned away ${String(client.limited)} of the probes`);
  return {
    origin: client.origin.origin,
    isHttps: client.origin.protocol === "https:",
    classes,
    answers,
    ...around,
    ...beside,
    // Without cookies another site gains nothing by sending the form itself.
    crossOrigin: carriesCookies ? csrf.accepted : [],
    refusedForms: csrf.refused,
    login: login?.ok === true ? login.facts : undefined,
    guessing,
    oddInput: odd.failed,
    failures,
    undecided: undecidedOf({
      csrf: carriesCookies ? csrf.undecided : [],
      login,
      guessing,
      oddForms: odd.forms,
    }),
  };
}

type Around = Pick<
  LiveFacts,
  | "exposed"
  | "hostPoisoned"
  | "forwardedPoisoned"
  | "cors"
  | "trace"
  | "overriddenGet"
  | "openRedirects"
  | "variants"
  | "tls"
>;

async function askAround(client: Recorder, site: Site, step: Step): Promise<Around> {
  return {
    exposed: await step("sensitive files", [], async () => exposedFiles(client)),
    hostPoisoned: await step("foreign Host headers", [], async () => poisoned(client, site, "host")),
    forwardedPoisoned: await step("foreign X-Forwarded-Host and Forwarded headers", [], async () => [
      ...(await poisoned(client, site, "x-forwarded-host")),
      ...(await poisoned(client, site, "forwarded")),
    ]),
    cors: await step("foreign origins", [], async () => corsAnswers(client, site)),
    trace: await step("TRACE", undefined, async () => traceEcho(client)),
    overriddenGet: await step("methods that change on the way", undefined, async () =>
      overriddenGet(client, site),
    ),
    openRedirects: await step("redirects to another site", [], async () => openRedirects(client, site)),
    variants: await step("other spellings of guarded paths", [], async () => variantBypasses(client, site)),
    tls: await step("TLS handshakes", undefined, async () => tlsAnswers(client.origin)),
  };
}

type Beside = Pick<LiveFacts, "sockets" | "openSocketIo" | "graphql" | "wrapped" | "internals">;

/** What an app serves beside its pages: sockets, query languages, scripts of data, pages for those who run it. */
async function askBeside(client: Recorder, site: Site, step: Step): Promise<Beside> {
  const named = await step("addresses in scripts", { requests: [], sockets: [] }, async () =>
    addressesInScripts(client, site),
  );
  return {
    sockets: await step("WebSockets opened by another site", [], async () =>
      socketAnswers(client, named.sockets, site.jar),
    ),
    openSocketIo: await step("Socket.IO", undefined, async () => openSocketIo(client)),
    graphql: await step("GraphQL", { schema: [], consoles: [] }, async () =>
      openGraphql(client, named.requests),
    ),
    wrapped: await step("data sent as scripts", [], async () =>
      wrappedAnswers(client, site, named.requests, site.jar),
    ),
    internals: await step("pages about the inside", [], async () => openInternals(client)),
  };
}

async function signIn(client: Client, site: Site, options: LiveOptions): Promise<LoginResult | undefined> {
  return options.credentials === undefined
    ? undefined
    : signInAndOut(client, site, options.credentials, options.allowWrites ?? false);
}

/** Behind the sign-in stand the forms that matter most; they are sent with that visitor's cookies. */
function withInside(site: Site, inside: Site | undefined): Site {
  return inside === undefined ? site : { ...site, forms: [...inside.forms, ...site.forms], jar: inside.jar };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
