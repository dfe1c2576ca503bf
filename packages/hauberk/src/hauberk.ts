import type { Application, RequestHandler } from "express";
import { createBodyMiddleware } from "./body/middleware.ts";
import { createCsrfMiddleware, createCsrfTokenMiddleware } from "./csrf/middleware.ts";
import { warnOfPreload } from "./headers/hsts-preload.ts";
import { createHeadersMiddleware } from "./headers/middleware.ts";
import { assertPipelineFirst, assertProtectable, guardEntrance, type Entrance } from "./internal/entrance.ts";
import type { ExtensibleApplication } from "./internal/express-internals.ts";
import { inOrder } from "./internal/in-order.ts";
import { messageClasses } from "./internal/messages.ts";
import { createLimitMiddleware } from "./limit/middleware.ts";
import type { LimitPolicy } from "./limit/options.ts";
import { parseHauberkOptions, type HauberkOptions, type HauberkPolicy } from "./options.ts";
import { createOriginMiddleware } from "./origin/middleware.ts";
import { assertNoPublicInspector } from "./server/inspector.ts";
import { startServer, type RunningServer } from "./server/listen.ts";
import { parseListenOptions, type ListenOptions } from "./server/options.ts";
import { assertStateShared } from "./server/shared-state.ts";
import { createSessionRuntime, createSessionMiddleware } from "./session/middleware.ts";
import type { SessionRuntime } from "./session/state.ts";
import { startSweeper } from "./session/sweeper.ts";
import { assetIntegrity, assetUrl } from "./static/assets.ts";
import { createStaticMiddleware } from "./static/middleware.ts";

/** What `hauberk()` gives back. */
export interface Hauberk {
  /**
   * Checks that nothing was put in front of the protections, binds, gives root up, and only then accepts connections.
   *
   * @throws {ConfigError} `PIPELINE_BYPASSED`, `PORT_IN_USE`, `PERMISSION_DENIED`, `RUNNING_AS_ROOT` and others
   * @example const server = await secure.listen({ port: 3000 });
   */
  readonly listen: (options: ListenOptions) => Promise<RunningServer>;
  /** Ends what the pipeline keeps open, for an app that never listened, such as one in a test. */
  readonly close: () => Promise<void>;
}

/**
 * Puts every protection on an Express 5 app, in the right order. Call it before anything is mounted.
 *
 * @throws {ConfigError} when an option is wrong, a secret is weak, or the app already has routes: the start ends there
 * @example
 * const app = express();
 * const secure = hauberk(app, {
 *   origins: ["https://app.example"],
 *   secrets: [process.env.APP_SECRET],
 *   session: { store: sqliteStore({ file: "data/sessions.sqlite" }) },
 * });
 * app.get("/", (req, res) => res.render("home"));
 * await secure.listen({ port: 3000 });
 */
export function hauberk(app: Application, options: HauberkOptions): Hauberk {
  assertProtectable(app);
  const policy = parseHauberkOptions(options);
  const sessions = createSessionRuntime(policy.session);
  const entrance = guardEntrance(app, policy);
  if (policy.headers.hsts.preload) warnOfPreload(policy.origin.origins.map(({ text }) => text));

  app.use(inOrder(...pipeline(policy, sessions)));
  // Your routes follow; what they leave unanswered, and what they throw, ends in internal/entrance.ts.

  // For templates: the address of a public file with its fingerprint.
  if (policy.static !== undefined) {
    app.locals["asset"] = assetUrl.bind(undefined, policy.static.assets);
    app.locals["integrity"] = assetIntegrity.bind(undefined, policy.static.assets);
  }
  entrance.seal();
  const close = closer(policy, startSweeper(sessions));
  return { listen: listenWith(app, policy, entrance, close), close };
}

/** The order is the protection: each line may rely on all lines above it, and on none below. */
function* pipeline(policy: HauberkPolicy, sessions: SessionRuntime): Iterable<RequestHandler> {
  // 1. Who was asked, by whom, over which scheme. Otherwise 400, 421 or a redirect to https.
  yield createOriginMiddleware(policy.origin);
  // 2. The header set of every answer. Refusals of line 1 have it too: see internal/entrance.ts.
  yield createHeadersMiddleware(policy.headers);
  // 3. Files anybody may have: no session, no cookie.
  if (policy.static !== undefined) yield createStaticMiddleware(policy.static);
  // 4. What browsers report: they send it without a session or a token. Counted apart, so that a page that breaks the policy
  // a hundred times does not use up what its visitor may ask for.
  const { reports, directives, candidate } = policy.headers;
  if (reports !== undefined) yield reports.middleware(directives, candidate, limitOfReports(policy.limit));
  // 4b. Too many requests of one address: 429 before anything is looked up.
  if (policy.limit !== undefined) yield createLimitMiddleware(policy.limit);
  // 5. The session: one look-up by the hash of the cookie.
  yield createSessionMiddleware(sessions);
  // 6. Forged requests, from the headers: pass, refuse or undecided. Before a byte of the body is read.
  yield createCsrfMiddleware(policy.csrf);
  // 7. JSON and forms, under limits.
  yield createBodyMiddleware(policy.body);
  // 8. What line 6 left undecided: the token tells.
  yield createCsrfTokenMiddleware(policy.csrf);
}

function limitOfReports(limit: LimitPolicy | undefined): RequestHandler | undefined {
  if (limit === undefined) return undefined;
  return createLimitMiddleware({ ...limit, name: "browser-reports", by: "address", cost: () => 1 });
}

function closer(policy: HauberkPolicy, stopSweeper: () => void): () => Promise<void> {
  return async () => {
    stopSweeper();
    await policy.headers.reports?.close();
    await policy.session.store.close?.();
  };
}

function listenWith(
  app: Application,
  policy: HauberkPolicy,
  entrance: Entrance,
  close: () => Promise<void>,
): Hauberk["listen"] {
  return (options) => {
    assertPipelineFirst(app, entrance);
    assertNoPublicInspector();
    const { headers, origin, session, limit } = policy;
    const listening = parseListenOptions(options);
    if (listening.workers !== undefined) assertStateShared(session.store, limit?.store, headers.reports);
    return startServer(app, listening, {
      headers,
      trust: origin.trust,
      httpsHosts: origin.origins.filter((each) => each.scheme === "https").map((each) => each.hostName),
      sessionCookie: session.cookieName,
      messages: messageClasses(app as ExtensibleApplication),
      close,
    });
  };
}
