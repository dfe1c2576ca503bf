import { Asker } from "./ask.ts";
import type { Answer, AnswerClass, LiveFacts } from "./facts.ts";
import { probeForms } from "./forms.ts";
import { startApp } from "./start.ts";

export interface LiveOptions {
  /** Where the app answers. */
  readonly url: string;
  /** Command that starts it; it is stopped afterwards. */
  readonly start?: string;
  /** Folder the command runs in. @default the current directory */
  readonly folder?: string;
  /** States that the caller may probe a target that is not this machine. */
  readonly ownTarget?: boolean;
  /** Time for the app to start, in milliseconds. @default 15_000 */
  readonly timeoutMs?: number;
}

export type Probed =
  | { readonly ok: true; readonly facts: LiveFacts }
  | { readonly ok: false; readonly target: string; readonly reason: string };

/** A name nobody owns: what comes back with it in was taken from the request. */
const FOREIGN = "hauberk-check.example";

/** Asks a running app what the live rules need to know. Reads only; forms are sent with values that match nobody. */
export async function probe(options: LiveOptions, say: (message: string) => void): Promise<Probed> {
  const failed = (reason: string): Probed => ({ ok: false, target: options.url, reason });
  if (!URL.canParse(options.url)) return failed("it is not a URL");
  const target = new URL(options.url);
  if (!/^https?:$/.test(target.protocol)) return failed("only http and https can be asked");
  if (!isLoopback(target.hostname) && options.ownTarget !== true)
    return failed("it is not this machine; --i-own-this-target says that you may probe it");
  if (options.start === undefined) return gather(target, options.url);
  say(`starting ${options.start}`);
  const started = await startApp(options.start, target, options.folder ?? ".", options.timeoutMs ?? 15_000);
  if (!started.ok) return failed(started.reason);
  try {
    return await gather(target, options.url);
  } finally {
    started.stop();
  }
}

function isLoopback(host: string): boolean {
  return (
    host === "localhost" ||
    host.endsWith(".localhost") ||
    host === "[::1]" ||
    /^127(?:\.\d{1,3}){3}$/.test(host)
  );
}

async function gather(target: URL, label: string): Promise<Probed> {
  const asker = new Asker(target);
  const base = target.pathname === "" ? "/" : target.pathname;
  const first = await asker.ask(base);
  if (first === undefined)
    return { ok: false, target: label, reason: asker.failures[0] ?? "it does not answer" };
  const page = await landing(asker, first);
  const classes = await askClasses(asker, page, first);
  const cors = await askCors(asker, base);
  const hostPoisoned = await poisoned(asker, [base, "/login", "/forgot"], { host: FOREIGN });
  const forwardedPoisoned = await poisoned(asker, [base], {
    "x-forwarded-host": FOREIGN,
    forwarded: `host=${FOREIGN}`,
  });
  const exposed = await askSensitive(asker);
  const crossOrigin = await probeForms(asker, target, [page, await asker.ask("/login")]);
  const trace = await asker.ask(base, { method: "TRACE" });
  return {
    ok: true,
    facts: {
      origin: target.origin,
      isHttps: target.protocol === "https:",
      classes,
      answers: asker.answers,
      exposed,
      hostPoisoned,
      forwardedPoisoned,
      cors,
      crossOrigin,
      trace,
      failures: asker.failures,
    },
  };
}

/** Where the first page sends a visitor, as long as that is the app itself. */
async function landing(asker: Asker, first: Answer): Promise<Answer> {
  const location = first.headers.get("location");
  if (first.status < 300 || first.status > 399 || location === undefined) return first;
  const next = new URL(location, first.url);
  if (next.host !== new URL(first.url).host) return first;
  return (await asker.ask(next.pathname + next.search)) ?? first;
}

async function askClasses(asker: Asker, page: Answer, first: Answer): Promise<Map<AnswerClass, Answer>> {
  const classes = new Map<AnswerClass, Answer>([["page", page]]);
  const add = (kind: AnswerClass, answer: Answer | undefined): void => {
    if (answer !== undefined) classes.set(kind, answer);
  };
  if (first.status >= 300 && first.status < 400) add("redirect", first);
  add("not-found", await asker.ask("/hauberk-check-no-such-page"));
  add("bad-request", await asker.ask("/%E0%A4%A"));
  await asker.ask("/", { method: "POST", headers: { "content-type": "application/json" }, body: '{"broken' });
  add("options", await asker.ask("/", { method: "OPTIONS" }));
  const asset = /(?:src|href)=["'](\/[^"'?#/][^"'?#]*\.(?:css|js|png|svg|ico|jpg|webp))["'?]/i.exec(
    page.body,
  )?.[1];
  if (asset !== undefined) add("static", await asker.ask(asset));
  return classes;
}

async function askCors(asker: Asker, base: string): Promise<{ sent: string; answer: Answer }[]> {
  const found: { sent: string; answer: Answer }[] = [];
  for (const path of new Set([base, "/api"])) {
    for (const sent of [`https://${FOREIGN}`, "null"]) {
      const answer = await asker.ask(path, { headers: { origin: sent } });
      if (answer?.headers.has("access-control-allow-origin") === true) found.push({ sent, answer });
    }
  }
  return found;
}

async function poisoned(
  asker: Asker,
  paths: readonly string[],
  headers: Readonly<Record<string, string>>,
): Promise<Answer[]> {
  const found: Answer[] = [];
  for (const path of new Set(paths)) {
    const answer = await asker.ask(path, { headers });
    const location = answer?.headers.get("location") ?? "";
    if (
      answer !== undefined &&
      answer.status < 400 &&
      (location.includes(`//${FOREIGN}`) || answer.body.includes(`//${FOREIGN}`))
    )
      found.push(answer);
  }
  return found;
}

const SENSITIVE: readonly (readonly [path: string, content: RegExp])[] = [
  ["/.env", /^[A-Z][A-Z0-9_]*=/m],
  ["/.git/HEAD", /^ref: refs\//],
  ["/.git/config", /^\[core\]/m],
  ["/package.json", /"(?:dependencies|scripts)"\s*:/],
  ["/.npmrc", /_authToken|registry=/],
  ["/server.js", /require\(["']express["']\)|from ["']express["']/],
  ["/app.js", /require\(["']express["']\)|from ["']express["']/],
];

async function askSensitive(asker: Asker): Promise<Answer[]> {
  const found: Answer[] = [];
  for (const [path, content] of SENSITIVE) {
    const answer = await asker.ask(path);
    if (
      answer !== undefined &&
      answer.status === 200 &&
      content.test(answer.body) &&
      !/<html/i.test(answer.body)
    )
      found.push(answer);
  }
  return found;
}
