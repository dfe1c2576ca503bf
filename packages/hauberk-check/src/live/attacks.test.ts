import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createServer, type RequestListener, type Server } from "node:http";
import net, { type AddressInfo } from "node:net";
import { after, describe, it } from "node:test";
import express from "express";
import { check } from "../check.ts";
import { memoryFiles } from "../files/project-files.ts";
import type { Report } from "../report/finding.ts";
import { probe, type LiveOptions } from "./probe.ts";

const servers: (Server | net.Server)[] = [];
after(() => {
  for (const server of servers) server.close();
});

async function open(server: Server | net.Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

async function probed(handler: RequestListener, more: Partial<LiveOptions> = {}): Promise<Report> {
  const url = await open(createServer(handler));
  return check({ files: memoryFiles(new Map()), source: false, live: { url, ...more } });
}

const messages = (report: Report, rule: string): readonly string[] =>
  report.findings.filter((one) => one.rule === rule).flatMap((one) => one.evidence.map((e) => e.message));

type Check = (sent: string | undefined, own: string, all: ReadonlySet<string>) => boolean;

interface Bank {
  readonly app: express.Express;
  /** Transfers made. */
  readonly transfers: () => number;
}

/** Keeps a token per session, and asks `isRight` about the one that was sent with a transfer. */
function bank(isRight: Check, parsers: readonly express.RequestHandler[]): Bank {
  const tokens = new Map<string, string>();
  let transfers = 0;
  const app = express();
  app.set("env", "test");
  app.use((req, res, next) => {
    const known = /sid=(\w+)/.exec(req.headers.cookie ?? "")?.[1] ?? "";
    res.locals["sid"] = tokens.has(known) ? known : randomBytes(8).toString("hex");
    if (!tokens.has(known))
      res.append("Set-Cookie", `sid=${String(res.locals["sid"])}; HttpOnly; SameSite=None`);
    if (!tokens.has(known)) tokens.set(String(res.locals["sid"]), randomBytes(16).toString("hex"));
    next();
  });
  app.get("/", (_req, res) => {
    const token = tokens.get(String(res.locals["sid"])) ?? "";
    res.send(
      `<form method=post action=/transfer><input type=hidden name=_csrf value=${token}><input name=amount></form>`,
    );
  });
  app.post("/transfer", ...parsers, (req: express.Request, res: express.Response) => {
    const body = (req.body ?? {}) as Record<string, string>;
    const own = tokens.get(String(res.locals["sid"])) ?? "";
    if (!isRight(body["_csrf"], own, new Set(tokens.values()))) return void res.status(403).send("no");
    transfers += 1;
    return void res.send("done");
  });
  app.use((_error: unknown, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
    res.status(400).send("not readable");
  });
  return { app, transfers: () => transfers };
}

const FORM = [express.urlencoded({ extended: false })];
const LOOSE = [...FORM, express.json({ type: ["application/json", "text/plain"] })];
const RULE = "csrf/cross-origin-accepted";

describe("forms sent from another site", () => {
  const rows: readonly [
    name: string,
    isRight: Check,
    parsers: readonly express.RequestHandler[],
    want: RegExp | undefined,
  ][] = [
    ["are refused when the token is bound to the session", (sent, own) => sent === own, LOOSE, undefined],
    ["are found when no token is needed", () => true, FORM, /urlencoded.*no token/],
    [
      "are found when a missing token is let through",
      (sent, own) => sent === undefined || sent === own,
      FORM,
      /no token/,
    ],
    [
      "are found when any token will do",
      (sent) => sent !== undefined && sent !== "",
      FORM,
      /a made-up token/,
    ],
    [
      "are found when the token of any session will do",
      (sent, _own, all) => all.has(sent ?? ""),
      FORM,
      /the token of another visitor/,
    ],
  ];
  for (const [name, isRight, parsers, want] of rows) {
    it(name, async () => {
      const found = messages(await probed(bank(isRight, parsers).app, { allowWrites: true }), RULE);
      if (want === undefined) assert.deepEqual(found, []);
      else assert.match(found.join("\n"), want);
    });
  }

  it("are not called open when nobody else's form could be fetched to try its token", async () => {
    const { app } = bank((sent, own) => sent === own, LOOSE);
    let strangers = 0;
    const url = await open(
      createServer((req, res) => {
        // The first stranger gets the page and a session; whoever comes later without one is cut off.
        if (req.method === "GET" && req.url === "/" && req.headers.cookie === undefined && ++strangers > 1)
          return void req.socket.destroy();
        app(req, res);
      }),
    );
    const live = { url, allowWrites: true };
    const report = await check({ files: memoryFiles(new Map()), source: false, live });
    assert.ok(strangers > 1);
    assert.deepEqual(messages(report, RULE), []);
    assert.match(
      report.notChecked.map((one) => one.reason).join("\n"),
      /another visitor's token was not tried on the form to \/transfer/,
    );
  });

  it("are found by the type of body that the protection does not see", async () => {
    const { app } = bank((sent, own) => sent === own, LOOSE);
    app.post("/transfer", (_req, res) => void res.end());
    const careless = express();
    careless.use((req, res, next) => {
      // Looks for the token in what it can read, and takes plain text for a program's request.
      if (req.method === "POST" && req.is("text/plain") !== false) res.send("done");
      else next();
    });
    careless.use(app);
    assert.match(messages(await probed(careless, { allowWrites: true }), RULE).join("\n"), /text\/plain/);
  });

  it("are judged beside a limit that is waited out, and not when it lasts", async () => {
    const { app } = bank(() => true, LOOSE);
    for (const [seconds, found, told] of [
      ["1", /no token/, /^$/],
      ["60", /^$/, /show neither/],
    ] as const) {
      let isLimited = true;
      const report = await probed(
        (req, res) => {
          const isForged = req.method === "POST" && req.url === "/transfer";
          if (isForged && isLimited) {
            isLimited = seconds === "60";
            res.writeHead(429, { "retry-after": seconds }).end();
          } else app(req, res);
        },
        { allowWrites: true },
      );
      assert.match(messages(report, RULE).join("\n"), found);
      const reasons = report.notChecked.filter((one) => one.rule === RULE).map((one) => one.reason);
      assert.match(reasons.join("\n"), told);
    }
  });

  it("stay unsent by default when they might delete something", async () => {
    const unsafe: string[] = [];
    const report = await probed((req, res) => {
      if (req.method === "POST" && req.url === "/account/delete") unsafe.push(req.url);
      res.setHeader("set-cookie", "sid=1").setHeader("content-type", "text/html");
      res.end("<form method=post action=/account/delete><input type=hidden name=_csrf value=abc></form>");
    });
    assert.deepEqual(unsafe, []);
    assert.match(report.notChecked.map((one) => one.reason).join("\n"), /\/account\/delete was not sent/);
  });
});

describe("sign-in forms", () => {
  const page = "<form method=post action=/login><input name=user><input type=password name=password></form>";
  const counting = (key: (req: express.Request) => string): express.Express => {
    const counts = new Map<string, number>();
    const app = express();
    app.get("/", (_req, res) => void res.send(page));
    app.post("/login", (req, res) => {
      const seen = (counts.get(key(req)) ?? 0) + 1;
      counts.set(key(req), seen);
      res.status(seen > 10 ? 429 : 401).send("no");
    });
    return app;
  };

  it("that answer thirty guesses are found", async () => {
    const found = messages(await probed(counting(() => String(Math.random()))), "ratelimit/auth-missing");
    assert.match(found.join("\n"), /30 wrong passwords .* \(401\)/);
  });
  it("that stop guesses are not, whatever forwarded addresses say", async () => {
    const report = await probed(counting((req) => req.socket.remoteAddress ?? ""));
    assert.deepEqual(messages(report, "ratelimit/auth-missing"), []);
    assert.deepEqual(messages(report, "ratelimit/spoofable-key"), []);
  });
  it("that count by a header of the client are found", async () => {
    const report = await probed(counting((req) => req.get("x-forwarded-for") ?? ""));
    assert.match(messages(report, "ratelimit/spoofable-key").join("\n"), /Stopped after \d+ requests/);
  });
  it("that let one guess through now and then are not taken for fooled", async () => {
    let asked = 0;
    const app = express();
    app.get("/", (_req, res) => void res.send(page));
    app.post("/login", (_req, res) => {
      asked += 1;
      res.status(asked > 10 && asked % 2 === 0 ? 429 : 401).send("no");
    });
    assert.deepEqual(messages(await probed(app), "ratelimit/spoofable-key"), []);
  });
  it("make the test account themselves when writes are allowed", async () => {
    const users = new Map<string, string>();
    const app = express();
    app.use(express.urlencoded({ extended: false }));
    app.get(
      "/",
      (_req, res) => void res.send(`${page}${page.replace("/login", "/signup")}<a href=/me>me</a>`),
    );
    app.get("/me", (req, res) => {
      if (/sid=ann/.test(req.headers.cookie ?? "")) res.send("<form method=post action=/logout></form>");
      else res.redirect("/login");
    });
    app.post("/signup", (req, res) => {
      const { user, password } = req.body as Record<string, string>;
      users.set(user ?? "", password ?? "");
      res.redirect("/");
    });
    app.post("/login", (req, res) => {
      const { user, password } = req.body as Record<string, string>;
      if (users.get(user ?? "") === password) res.cookie("sid", "ann").redirect("/me");
      else res.status(401).send("no");
    });
    app.post("/logout", (_req, res) => {
      res.clearCookie("sid").redirect("/");
    });
    const credentials = { user: "ann", password: "pw-of-ann" };
    const without = await probed(app, { credentials });
    assert.equal(users.size, 0);
    assert.match(without.notChecked.map((one) => one.reason).join("\n"), /--allow-writes makes the account/);
    const report = await probed(app, { credentials, allowWrites: true });
    assert.equal(users.get("ann"), "pw-of-ann");
    assert.match(messages(report, "session/logout-not-destroyed").join("\n"), /./);
  });
});

describe("requests that lead elsewhere", () => {
  const app = express();
  app.get("/", (_req, res) => void res.send("<a href='/leave?to=/x'>x</a><p>home</p>"));
  app.get("/leave", (req: express.Request<object, unknown, unknown, { to: string }>, res) => {
    res.redirect(req.query.to);
  });
  app.get("/login", (req: express.Request<object, unknown, unknown, { next?: string }>, res) => {
    const next = req.query.next ?? "/";
    res.redirect(next.startsWith("/") && !/^\/[/\\]/.test(next) ? next : "/");
  });
  it("are found where a link's parameter is the target, and only there", async () => {
    const report = await probed(app);
    const urls = report.findings
      .filter((one) => one.rule === "redirect/open")
      .map((one) => one.evidence[0]?.url);
    assert.deepEqual(
      urls.map((one) => new URL(one ?? "").pathname),
      ["/leave"],
    );
  });
});

const obeying: RequestListener = (req, res) => {
  res.end(req.method === "HEAD" || req.url?.includes("_method=HEAD") === true ? "" : "<p>home</p>");
};

describe("a GET that asks to be another method", () => {
  it("is found when the app obeys", async () => {
    assert.match(messages(await probed(obeying), "methods/unexpected").join("\n"), /A GET was taken/);
  });
  it("is not when it stays a GET", async () => {
    assert.deepEqual(messages(await probed((_req, res) => res.end("<p>home</p>")), "methods/unexpected"), []);
  });
});

const silent = (): void => undefined;

describe("a server that answers garbage", () => {
  const rows: readonly [name: string, serve: (socket: net.Socket) => void, want: RegExp | "probed"][] = [
    [
      "is named for headers without end",
      (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${"y".repeat(70_000)}\r\n\r\n`),
      /more than 16 KB of headers/,
    ],
    [
      "is named for bytes that are no HTTP",
      (socket) => socket.write(Buffer.alloc(5_000, 0xff)),
      /does not speak HTTP/,
    ],
    ["is named for a half answer", (socket) => socket.end("HTTP/1.1 200"), /could not be asked/],
    [
      "is read as far as it makes sense when a body never ends",
      (socket) => {
        const pour = (): void => {
          while (socket.write("z".repeat(65_536)));
        };
        socket.on("drain", pour).write("HTTP/1.1 200 OK\r\n\r\n");
        pour();
      },
      "probed",
    ],
  ];
  for (const [name, serve, want] of rows) {
    it(name, async () => {
      const url = await open(
        net.createServer((socket) => {
          socket.on("error", silent).once("data", () => {
            serve(socket);
          });
        }),
      );
      const begun = Date.now();
      const result = await probe({ url, totalMs: 1_500 }, silent);
      assert.ok(Date.now() - begun < 6_000);
      if (want === "probed") assert.equal(result.ok, true);
      else assert.match(result.ok ? "probed" : result.reason, want);
    });
  }

  it("is left when its redirects lead in circles", async () => {
    let asked = 0;
    const url = await open(
      createServer((req, res) => {
        asked += 1;
        res.writeHead(302, { location: req.url === "/a" ? "/b" : "/a" }).end();
      }),
    );
    const found = await probe({ url }, silent);
    assert.match(found.ok ? "" : found.reason, /every answer leads elsewhere/);
    assert.ok(asked < 500);
  });
});

const postForm = (path: string, fields: string): string =>
  `<form method=post action=${path}>${fields}</form>`;

describe("a session cookie of any name", () => {
  const app = express();
  app.set("env", "test");
  const desks = new Map<string, string>();
  app.use(express.urlencoded());
  app.use((req, res, next) => {
    const known = /desk=(\w+)/.exec(req.headers.cookie ?? "")?.[1] ?? "";
    const id = desks.has(known) ? known : randomBytes(16).toString("hex");
    if (!desks.has(known)) {
      desks.set(id, "");
      res.append("Set-Cookie", `desk=${id}; Path=/`);
      res.append("Set-Cookie", "colour=green; Path=/");
    }
    res.locals["desk"] = id;
    next();
  });
  const user = (res: express.Response): string => desks.get(String(res.locals["desk"])) ?? "";
  app.get("/", (_req, res) => {
    res.send(
      user(res) === ""
        ? postForm("/login", "<input name=user><input type=password name=password>")
        : `${postForm("/logout", "<button>out</button>")}<a href=/account>account</a>`,
    );
  });
  app.get("/account", (_req, res) => {
    if (user(res) === "") res.redirect("/login");
    else res.send("account");
  });
  app.get("/login", (_req, res) => {
    res.redirect("/");
  });
  app.post("/login", (req: express.Request<object, unknown, { password?: string } | undefined>, res) => {
    if (req.body?.password !== "right") return void res.status(401).send("no");
    desks.set(String(res.locals["desk"]), "ann");
    res.redirect("/account");
  });
  app.post("/logout", (_req, res) => {
    desks.set(String(res.locals["desk"]), "");
    res.redirect("/");
  });

  it("is known by what is refused without it, and the cookie beside it is not one", async () => {
    const report = await probed(app, { credentials: { user: "ann", password: "right" } });
    assert.match(
      messages(report, "session/cookie-httponly").join("\n"),
      /Set-Cookie for desk has no HttpOnly/,
    );
    assert.equal(messages(report, "session/fixation").length, 1);
    assert.doesNotMatch(
      JSON.stringify(report.findings.filter((one) => one.rule.startsWith("session/"))),
      /colour/,
    );
  });
  it("is not guessed without an account", async () => {
    assert.deepEqual(messages(await probed(app), "session/cookie-httponly"), []);
  });
});
