import { createHmac } from "node:crypto";
import { once, type EventEmitter } from "node:events";
import { createServer, request, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import express, {
  type Application,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from "express";
import expressSession from "express-session";
import ours from "../../src/compat/express-session/index.ts";
import { keyOf } from "../../src/session/id.ts";

/** Both implementations, seen the same way. */
export type Implementation = ((options: object) => RequestHandler) & {
  readonly Store: new () => EventEmitter;
  readonly MemoryStore: new () => Loose;
  readonly Cookie: new (options?: object) => Loose;
  readonly Session: new (req: object, data?: object) => Loose;
};
type Loose = Record<string, unknown>;

export const OURS = ours as unknown as Implementation;
export const THEIRS = expressSession as unknown as Implementation;

export const SECRET = "a secret of the tests";

export function signed(id: string, secret: string = SECRET): string {
  const mac = createHmac("sha256", secret).update(id).digest("base64").replace(/=+$/, "");
  return `s:${id}.${mac}`;
}

type Done = (error?: unknown, session?: unknown) => void;

/** A store of this implementation that keeps a list of what was asked of it, and fails as told. */
export interface Recorder extends EventEmitter {
  get(sid: string, done: Done): void;
  set(sid: string, session: object, done?: Done): void;
  readonly calls: string[];
  readonly sessions: Map<string, string>;
  /** Which methods call back with an error. */
  readonly failing: Set<string>;
  /** How long each call takes. */
  delayMs: number;
}

export function recorder({ Store }: Implementation, withTouch = true): Recorder {
  class Recording extends Store {
    readonly calls: string[] = [];
    readonly sessions = new Map<string, string>();
    readonly failing = new Set<string>();
    delayMs = 0;

    #run(name: string, sid: string, done: Done | undefined, work: () => unknown): void {
      this.calls.push(`${name} ${sid}`);
      const error = this.failing.has(name) ? new Error(`${name} failed`) : null;
      const result = error === null ? work() : undefined;
      setTimeout(() => done?.(error, result), this.delayMs);
    }

    get(sid: string, done: Done): void {
      this.#run("get", sid, done, () => {
        const text = this.sessions.get(sid);
        return text === undefined ? undefined : (JSON.parse(text) as unknown);
      });
    }

    set(sid: string, session: object, done?: Done): void {
      this.#run("set", sid, done, () => this.sessions.set(sid, JSON.stringify(session)));
    }

    destroy(sid: string, done?: Done): void {
      this.#run("destroy", sid, done, () => this.sessions.delete(sid));
    }
  }
  const store = new Recording();
  if (withTouch) {
    Object.defineProperty(store, "touch", {
      configurable: true,
      value: (sid: string, session: Loose, done?: Done) => {
        store.calls.push(`touch ${sid}`);
        const text = store.sessions.get(sid);
        if (text !== undefined)
          store.sessions.set(
            sid,
            JSON.stringify({ ...(JSON.parse(text) as Loose), cookie: session["cookie"] }),
          );
        const error = store.failing.has("touch") ? new Error("touch failed") : null;
        setTimeout(() => done?.(error), store.delayMs);
      },
    });
  }
  return store;
}

export interface Received {
  readonly status: number;
  readonly body: string;
  readonly cookies: readonly string[];
  readonly headers: IncomingMessage["headers"];
  /** The connection ended before the answer was complete. */
  readonly cut: boolean;
}

export async function serveHandler(handler: RequestListener): Promise<{
  readonly port: number;
  readonly ask: (
    path: string,
    headers?: Readonly<Record<string, string>>,
    method?: string,
  ) => Promise<Received>;
  readonly close: () => Promise<void>;
}> {
  const server = createServer(handler).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    ask: async (path, headers = {}, method = "GET") => {
      const req = request({ host: "127.0.0.1", port, path, method, headers, agent: false });
      req.end();
      const [res] = (await once(req, "response")) as [IncomingMessage];
      const chunks: Buffer[] = [];
      let cut = false;
      try {
        for await (const chunk of res) chunks.push(chunk as Buffer);
      } catch {
        cut = true;
      }
      return {
        status: res.statusCode ?? 0,
        body: Buffer.concat(chunks).toString(),
        cookies: res.headers["set-cookie"] ?? [],
        headers: res.headers,
        cut,
      };
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

export interface Step {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  /** "jar": what was set last; "none"; or a Cookie header, in which `{id}` is the signed id of the first session. */
  readonly cookie?: string;
  readonly before?: (store: Recorder) => void;
}

export interface Scenario {
  readonly options?: object | ((implementation: Implementation) => object);
  readonly app?: (app: Application, session: RequestHandler) => void;
  readonly touch?: boolean;
  readonly steps: readonly (string | Step)[];
}

/** What a session object of either implementation offers. */
interface AnySession {
  [key: string]: unknown;
  id: string;
  cookie: { maxAge: number | null; expires: unknown; originalMaxAge: unknown };
  save(done?: Done): unknown;
  reload(done?: Done): unknown;
  destroy(done?: Done): unknown;
  regenerate(done?: Done): unknown;
  touch(): unknown;
  resetMaxAge(): unknown;
}
export type SessionedRequest = Omit<Request, "session" | "sessionID"> & {
  session: AnySession;
  sessionID: string;
  sessionStore: Recorder & {
    get(sid: string, done: Done): void;
    load(sid: string, done: Done): void;
    destroy(sid: string, done: Done): void;
    regenerate(req: unknown, done: Done): void;
    createSession(req: unknown, data: unknown): AnySession;
    generate(req: unknown): void;
  };
};

export function sessioned(req: Request): SessionedRequest {
  return req as unknown as SessionedRequest;
}

/** Runs one scenario against one implementation; each step becomes a line without ids, signatures and times. */
export async function observe(
  implementation: Implementation,
  scenario: Scenario,
): Promise<readonly string[]> {
  const store = recorder(implementation, scenario.touch ?? true);
  const given = scenario.options ?? {};
  const options =
    typeof given === "function" ? (given as (one: Implementation) => object)(implementation) : given;
  const app = express();
  app.set("env", "test");
  const middleware = implementation({
    secret: SECRET,
    resave: false,
    saveUninitialized: false,
    store,
    ...options,
  });
  if (scenario.app === undefined) {
    app.use(middleware);
    routes(app);
  } else scenario.app(app, middleware);
  app.use((error: Error, _req: Request, res: Response, next: NextFunction) => {
    if (res.headersSent) next(error);
    else res.status(500).send(`error: ${error.message}`);
  });
  const served = await serveHandler(app);
  const names = new Names();
  const lines: string[] = [];
  let jar = "";
  let first = "";
  for (const each of scenario.steps) {
    const step = typeof each === "string" ? { path: each } : each;
    store.calls.length = 0;
    step.before?.(store);
    const asked = step.cookie ?? "jar";
    const cookie = asked === "jar" ? jar : asked === "none" ? "" : asked.replaceAll("{id}", first);
    const headers = { ...step.headers, ...(cookie === "" ? {} : { Cookie: cookie }) };
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const answer = await served.ask(step.path, headers, step.method);
    const ids = answer.cookies.map((line) => names.learn(line));
    lines.push(
      [
        `${answer.status}${answer.cut ? " cut" : ""} ${names.in(answer.body)}`,
        ids.join(" + ") || "no cookie",
        store.calls
          .filter((call) => !call.startsWith("get"))
          .map((call) => names.in(call))
          .join(", ") || "no write",
      ].join(" | "),
    );
    const [set] = answer.cookies;
    if (set !== undefined) jar = set.split(";", 1)[0] ?? "";
    if (first === "" && set !== undefined) first = jar;
  }
  await served.close();
  return lines;
}

/** Names for what is different in every run. */
class Names {
  readonly #known = new Map<string, string>();

  #name(id: string): string {
    const name = this.#known.get(id) ?? `id${this.#known.size + 1}`;
    this.#known.set(id, name);
    return name;
  }

  /** A Set-Cookie line with the id named, its signature checked and its end in seconds from now. */
  learn(line: string): string {
    const value = decodeURIComponent(/=([^;]*)/.exec(line)?.[1] ?? "");
    if (!value.startsWith("s:")) return line;
    const id = value.slice(2, value.lastIndexOf("."));
    const mark =
      value === signed(id) ? "signed" : value === signed(id, "new secret") ? "signed anew" : "FORGED";
    return line
      .replace(/=[^;]*/, `=<${mark} ${this.#name(id)}>`)
      .replace(/Expires=([^;]*)/, (_all, date: string) => `Expires=+${secondsUntil(date)}`);
  }

  in(text: string): string {
    let named = text;
    for (const [id, name] of this.#known)
      named = named.replaceAll(`sha256-${keyOf(id)}`, name).replaceAll(id, name);
    return named
      .replaceAll(/sha256-[0-9a-f]{64}|(?<![\w-])[\w-]{32}(?![\w-])/g, "<unsent id>")
      .replaceAll(/"originalMaxAge":(\d+)/g, (_all, ms: string) => `"originalMaxAge":${secondsOf(ms)} s`)
      .replaceAll(/"requestId":"[^"]*"/g, '"requestId":"..."')
      .replaceAll(/"(\d{4}-\d\d-\d\dT[^"]*Z)"/g, (_all, date: string) => `+${secondsUntil(date)}`);
  }
}

/** express-session computes it from a date: a millisecond may be gone already. */
function secondsOf(ms: unknown): number {
  return Math.round(Number(ms) / 1000);
}

/** In steps of five: a slow machine must not tell two runs apart. */
function secondsUntil(date: string): number {
  return Math.round((Date.parse(date) - Date.now()) / 5000) * 5;
}

const answer =
  (handler: (req: SessionedRequest, done: (text: unknown) => void, fail: Done) => void): RequestHandler =>
  (req, res, next) => {
    handler(
      sessioned(req),
      (text) => void res.send(String(text)),
      (error) => next(error ?? new Error("no error given")),
    );
  };
const then =
  (done: (text: unknown) => void, fail: Done, text: () => unknown): Done =>
  (error) =>
    error === undefined || error === null ? done(text()) : fail(error);
/** What a session is used for, one path each. */
function routes(app: Application): void {
  app.get("/still", (_req, res) => void res.send("still"));
  app.get(
    "/read",
    answer((req, done) => done(JSON.stringify(req.session))),
  );
  app.get(
    "/id",
    answer((req, done) => done(`${req.session.id === req.sessionID} ${req.sessionID}`)),
  );
  app.all(
    "/count",
    answer((req, done) => done((req.session["n"] = Number(req.session["n"] ?? 0) + 1))),
  );
  app.get(
    "/set/:key/:value",
    answer((req, done) => {
      req.session[String(req.params["key"])] = String(req.params["value"]);
      done("set");
    }),
  );
  app.get(
    "/same",
    answer((req, done) => {
      req.session["n"] = req.session["n"] ?? 0;
      done("same");
    }),
  );
  app.get(
    "/delete/:key",
    answer((req, done) => {
      delete req.session[String(req.params["key"])];
      done("deleted");
    }),
  );
  app.get(
    "/destroy",
    answer(
      (req, done, fail) => void req.session.destroy(then(done, fail, () => `gone ${typeof req.session}`)),
    ),
  );
  app.get(
    "/destroy-silently",
    answer((req, done) => {
      req.session.destroy();
      done("gone");
    }),
  );
  app.get(
    "/regenerate",
    answer((req, done, fail) => {
      const old = req.session;
      req.session.regenerate(
        then(done, fail, () => {
          req.session["fresh"] = true;
          return `${old === req.session} ${old.id === req.session.id} ${JSON.stringify(req.session["n"])}`;
        }),
      );
    }),
  );
  app.get(
    "/reload",
    answer((req, done, fail) => {
      const old = req.session;
      req.session["lost"] = 1;
      req.session.reload(then(done, fail, () => `${old === req.session} ${String(req.session["lost"])}`));
    }),
  );
  app.get(
    "/save",
    answer((req, done, fail) => {
      req.session["saved"] = 1;
      req.session.save(then(done, fail, () => "saved"));
    }),
  );
  app.get(
    "/save-then-change",
    answer((req, done, fail) => {
      req.session["saved"] = 1;
      req.session.save(then(done, fail, () => (req.session["later"] = 2)));
    }),
  );
  app.get(
    "/null",
    answer((req, done) => {
      req.session = null as unknown as AnySession;
      done("null");
    }),
  );
  app.get(
    "/deleted",
    answer((req, done) => {
      Reflect.deleteProperty(req, "session");
      done("deleted");
    }),
  );
  app.get(
    "/maxage/:ms",
    answer((req, done) => {
      req.session.cookie.maxAge = req.params["ms"] === "null" ? null : Number(req.params["ms"]);
      req.session["n"] = 1;
      done(secondsOf(req.session.cookie.originalMaxAge));
    }),
  );
  app.get(
    "/chain",
    answer((req, done) => done(req.session.touch() === req.session.resetMaxAge())),
  );
  app.get(
    "/bad-id",
    answer((req, done) => {
      req.session["n"] = 1;
      Reflect.set(req, "sessionID", 17);
      done("bad");
    }),
  );
  app.get(
    "/cycle",
    answer((req, done) => {
      req.session["self"] = req.session;
      done("cycle");
    }),
  );
  app.get(
    "/bigint",
    answer((req, done) => {
      req.session["big"] = 1n;
      done("big");
    }),
  );
  app.get("/redirect", (req, res) => {
    sessioned(req).session["n"] = 1;
    res.redirect("/read");
  });
  app.get("/head", (req, res) => {
    sessioned(req).session["n"] = 1;
    res.writeHead(201, { "Set-Cookie": "other=1", "X-A": "b" });
    res.end("head");
  });
  app.get("/status/:code", (req, res) => {
    sessioned(req).session["n"] = 1;
    res.status(Number(req.params["code"])).end();
  });
  app.get("/stream", (req, res) => {
    sessioned(req).session["n"] = 1;
    res.write("one ");
    setTimeout(() => {
      sessioned(req).session["n"] = 2;
      res.end("two");
    }, 20);
  });
  app.get("/stream-late", (req, res) => {
    res.write("one ");
    setTimeout(() => {
      sessioned(req).session["n"] = 2;
      res.end("two");
    }, 20);
  });
  app.get(
    "/who",
    answer((req, done) =>
      done(`${String(req.session["admin"])} ${String(req.session.cookie instanceof Object)}`),
    ),
  );
  app.get("/twice", (req, res) => {
    sessioned(req).session["n"] = 1;
    res.end("once");
    res.end("twice");
  });
  app.get("/throw", (req) => {
    sessioned(req).session["n"] = 1;
    throw new Error("thrown");
  });
  app.get("/fixed-length", (req, res) => {
    sessioned(req).session["n"] = 1;
    res.setHeader("Content-Length", 4);
    res.end("four");
  });
  app.get(
    "/foreign/:method",
    answer((req, done, fail) => {
      const { sessionStore, session } = req;
      session["n"] = 1;
      const method = req.params["method"];
      session.save(() => {
        if (method === "get")
          sessionStore.get(session.id, (error, found) => done(`${String(error)} ${JSON.stringify(found)}`));
        else if (method === "load")
          sessionStore.load(session.id, (_error, found) => done((found as AnySession).id === session.id));
        else if (method === "destroy")
          sessionStore.destroy(
            session.id,
            then(done, fail, () => "destroyed"),
          );
        else if (method === "regenerate")
          sessionStore.regenerate(
            req,
            then(done, fail, () => req.session.id === session.id),
          );
        else if (method === "generate") {
          sessionStore.generate(req);
          done(req.session.id === session.id);
        } else done(sessionStore.createSession(req, { cookie: {}, made: 1 })["made"]);
      });
    }),
  );
}
