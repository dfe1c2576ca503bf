import type { IncomingMessage, ServerResponse } from "node:http";
import type { Application } from "express";
import { ConfigError } from "../errors/config-error.ts";
import { refusal } from "../errors/refusal.ts";
import { respondWithError } from "../errors/respond.ts";
import type { HauberkPolicy } from "../options.ts";
import { adoptInnerApps } from "./adopt.ts";
import { installAnswerHooks } from "./answer.ts";
import { attachContext, findContext } from "./context.ts";
import type { ApplicationInternals, ExtensibleApplication } from "./express-internals.ts";
import { weakEtag } from "./etag.ts";
import { extendRequestAndResponse } from "./extend.ts";
import { keepHeaders } from "./header-list.ts";
import { Locals } from "./locals.ts";

/** The first and last step of every request: before the router, and after everything in it has passed. */
export interface Entrance {
  /** Notes what the pipeline consists of, once it is mounted. */
  seal(): void;
  readonly pipeline: readonly unknown[];
}

const guarded = new WeakSet<object>();

/** @throws {ConfigError} `APP_INVALID`, `APP_PROTECTED_TWICE`, `APP_HAS_ROUTES` */
export function assertProtectable(app: unknown): asserts app is Application {
  if (!isExpress5(app)) {
    throw new ConfigError("APP_INVALID", {
      what: "hauberk(): the first argument is not an Express 5 application.",
      why: "the protections are mounted on the app itself; there is nothing to mount them on.",
      fix: "npm install express@5, then: const app = express(); hauberk(app, options).",
    });
  }
  if (guarded.has(app)) {
    throw new ConfigError("APP_PROTECTED_TWICE", {
      what: "hauberk(): this app is protected already.",
      why: "two sessions and two policies on one app would contradict each other.",
      fix: "call hauberk(app, options) once; use a second express() app for a second policy.",
    });
  }
  const [first] = readStack(app) ?? [];
  if (first !== undefined) throw hasRoutes(first.handle);
}

function isExpress5(app: unknown): app is Application & ApplicationInternals {
  if (typeof app !== "function") return false;
  const candidate = app as Partial<ApplicationInternals>;
  return typeof candidate.handle === "function" && readStack(candidate) !== undefined;
}

/** Express 4 has no `router` before the first route, and throws when it is read. */
function readStack(app: Partial<ApplicationInternals>): ApplicationInternals["router"]["stack"] | undefined {
  try {
    return app.router?.stack;
  } catch {
    return undefined;
  }
}

function hasRoutes(handler: unknown): ConfigError {
  return new ConfigError("APP_HAS_ROUTES", {
    what: `hauberk(): the app already has ${nameOf(handler)} mounted.`,
    why: "what is mounted before the protections runs without them.",
    fix: "move the call of hauberk(app, options) right under const app = express().",
  });
}

/** Takes the app's entrance over: every request gets its context first, and an answer in the end. */
export function guardEntrance(app: Application, policy: HauberkPolicy): Entrance {
  guarded.add(app);
  const internals = app as unknown as ApplicationInternals;
  const protectedApp = app as ExtensibleApplication;
  const { handle } = internals;
  app.disable("x-powered-by");
  app.set("trust proxy", false);
  app.set("etag", weakEtag);
  app.on("mount", () => {
    throw mountedElsewhere();
  });
  installAnswerHooks(app);
  extendRequestAndResponse(protectedApp);
  adoptInnerApps(protectedApp);
  internals.handle = function handleSecurely(req, res, done): void {
    const { app: outer } = findContext(req) ?? {};
    if (outer !== undefined && outer !== protectedApp) throw mountedElsewhere();
    const context = attachContext(req);
    context.app = protectedApp;
    context.headers = policy.headers;
    keepHeaders(res, context);
    context.renderErrorPage = policy.renderErrorPage;
    context.queryPolicy = policy.query;
    res.locals = new Locals(req, context);
    // As Express does next, so that internal/adopt.ts sees `req.res = res`; an app around this one has set it already.
    Object.setPrototypeOf(req, protectedApp.request);
    if (Object.hasOwn(req, "res")) Reflect.deleteProperty(req, "res");
    handle.call(app, req, res, done ?? ((error?: unknown) => finish(req, res, error)));
  };
  return trackPipeline(internals);
}

/** What no route answered is a 404; what a route threw is told in the house's way, whatever NODE_ENV says. */
function finish(req: IncomingMessage, res: ServerResponse, error: unknown): void {
  const failed = error !== undefined && error !== null;
  // A middleware that answered and called next() all the same: what it said is the answer.
  if (!failed && res.headersSent) return;
  respondWithError(req, res, failed ? error : refusal("NOT_FOUND"));
}

function trackPipeline(internals: ApplicationInternals): Entrance {
  let pipeline: readonly unknown[] = [];
  return {
    seal: () => {
      pipeline = internals.router.stack.map((layer) => layer.handle);
    },
    get pipeline() {
      return pipeline;
    },
  };
}

/**
 * Checks at `listen` that the pipeline still comes first: the router's stack is an array anybody can `unshift`.
 *
 * @throws {ConfigError} `PIPELINE_BYPASSED`
 */
export function assertPipelineFirst(app: Application, entrance: Entrance): void {
  const stack = (app as unknown as ApplicationInternals).router.stack;
  const at = entrance.pipeline.findIndex((handler, index) => stack[index]?.handle !== handler);
  if (at === -1) return;
  throw new ConfigError("PIPELINE_BYPASSED", {
    what: `listen(): ${nameOf(stack[at]?.handle)} stands where ${nameOf(entrance.pipeline[at])} was mounted.`,
    why: "what runs before the protections runs without them.",
    fix: "mount it with app.use() after hauberk(app, options).",
  });
}

function nameOf(handler: unknown): string {
  return typeof handler === "function" && handler.name !== ""
    ? `"${handler.name}"`
    : "a handler without a name";
}

function mountedElsewhere(): ConfigError {
  return new ConfigError("APP_MOUNTED", {
    what: "An app protected by hauberk() was mounted inside another app.",
    why: "the outer app's routes and errors would be answered without protection.",
    fix: "protect the outer app, and mount plain express.Router()s in it.",
  });
}
