import { join } from "node:path";
import express, { type Express } from "express";
import { type Hauberk, hauberk } from "hauberk";
import { onSecurityEvent } from "hauberk/events";
import { reportCollector, type ReportStore } from "hauberk/headers";
import { type LimitOptions, type LimitStore, loginGuard, type LoginGuardOptions } from "hauberk/limit";
import type { SessionStore } from "hauberk/session";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import { closingRoutes } from "./accounts/closing-routes.ts";
import { accountRoutes } from "./accounts/routes.ts";
import { settingsRoutes } from "./accounts/settings-routes.ts";
import { createUsers } from "./accounts/users.ts";
import { createAttachments } from "./attachments/attachments.ts";
import { startSweeping } from "./attachments/files.ts";
import { attachmentRoutes } from "./attachments/routes.ts";
import { type Config, ROOT } from "./config/config.ts";
import type { Schema } from "./database/schema.ts";
import { renderError } from "./errors.ts";
import { healthRoutes } from "./health/routes.ts";
import { homeRoutes } from "./home/routes.ts";
import { logExchange } from "./logging/access-log.ts";
import { logSecurityEvent } from "./logging/security-events.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { createNotes } from "./notes/notes.ts";
import { noteRoutes } from "./notes/routes.ts";
import { type Passwords, createPasswords } from "./passwords/passwords.ts";
import { createViewEngine } from "./views/engine.ts";
import { HEADERS } from "./reports/policy.ts";
import { reportsRoutes } from "./reports/routes.ts";
import { identify } from "./web/current-user.ts";
import { watchExchanges } from "./web/exchanges.ts";
import "./web/session-data.ts";

const STATIC_MAX_AGE_SECONDS = 3600;
const VIEWS = { directory: join(ROOT, "views"), compiled: join(ROOT, "build/views.cjs") };

export interface Dependencies {
  readonly logger: Logger;
  readonly db: Kysely<Schema>;
  readonly sessionStore: SessionStore;
  /** The folder of the files attached to notes: one that exists and that no server serves. */
  readonly uploadsDirectory: string;
  /** Where guesses at passwords are counted; this process alone unless told otherwise. */
  readonly limitStore?: LimitStore;
  readonly metrics?: Metrics;
  /** Where reports of browsers are kept; this process alone unless told otherwise. */
  readonly reportStore?: ReportStore;
  readonly passwords?: Passwords;
  /** Requests allowed per address; the toolkit's own default unless a test needs more. */
  readonly limit?: LimitOptions;
  /** Guesses allowed, for tests that log many people in from one address. */
  readonly guesses?: Pick<LoginGuardOptions, "perAccount" | "perAddress" | "everybody">;
  /** Routes added behind everything else: the way a test gets to see the page for a failure. */
  readonly addRoutes?: (app: Express) => void;
}

export interface Application {
  readonly app: Express;
  readonly secure: Hauberk;
  /** Stops what the application started by itself; the server and the stores belong to the caller. */
  readonly close: () => void;
}

/** Puts the application together: the pipeline first, then the pages. */
export function createApp(config: Config, dependencies: Dependencies): Application {
  const { logger, db, sessionStore, metrics } = dependencies;
  const app = express();
  app.set("views", VIEWS.directory);
  app.engine("pug", createViewEngine(VIEWS));
  app.set("view engine", "pug");
  app.enable("view cache");
  // Templates that only extend the layout would otherwise be written as XML.
  app.locals["doctype"] = "html";

  const reports = reportCollector(
    dependencies.reportStore === undefined ? {} : { store: dependencies.reportStore },
  );
  const secure = hauberk(app, {
    origins: config.origins,
    proxy: config.proxy,
    secrets: config.secrets,
    static: { directory: join(ROOT, "public"), maxAgeSeconds: STATIC_MAX_AGE_SECONDS },
    session: { store: sessionStore },
    headers: { ...HEADERS, reports, ...(config.hsts && { hsts: { step: config.hsts } }) },
    ...(dependencies.limit && { limit: dependencies.limit }),
    errors: { render: (facts, _req, res) => renderError(facts, res) },
    insecureHttpCookies: config.insecureHttpCookies,
  });

  const accounts = {
    users: createUsers(db),
    notes: createNotes(db),
    attachments: createAttachments(db),
    directory: dependencies.uploadsDirectory,
    passwords: dependencies.passwords ?? createPasswords(),
    guard: loginGuard({
      secrets: config.secrets,
      insecureHttpCookies: config.insecureHttpCookies,
      ...(dependencies.limitStore && { store: dependencies.limitStore }),
      ...dependencies.guesses,
    }),
    logger,
  };
  app.use(healthRoutes({ db, sessionStore, logger, ...config }));
  app.use(identify(accounts.users));
  app.use(homeRoutes());
  app.use(accountRoutes(accounts));
  app.use(settingsRoutes(accounts));
  app.use(closingRoutes(accounts));
  app.use(noteRoutes(accounts));
  app.use(attachmentRoutes(accounts));
  app.use(reportsRoutes({ reports, isOpenHere: config.insecureOpenReports, logger }));
  dependencies.addRoutes?.(app);

  const stops = [
    watchExchanges(app, (exchange) => {
      logExchange(logger, exchange);
      metrics?.observe(exchange);
    }),
    onSecurityEvent((event) => {
      logSecurityEvent(logger, event);
      metrics?.count(event);
    }),
    startSweeping(accounts),
  ];
  return {
    app,
    secure,
    close: () => {
      for (const stop of stops) stop();
    },
  };
}
