import type { Answer, AnswerClass, Internal, LiveFacts, SeenCookie } from "../../live/facts.ts";
import type { SocketVerdict } from "../../live/sockets.ts";
import { record } from "../../files/paths.ts";
import { parseCookie } from "../../live/cookies.ts";

/** Live facts from the short JSON that fixtures are written in. */
export function liveFixture(json: string): LiveFacts {
  const data = record(JSON.parse(json)) ?? {};
  const answers = (key: string): Answer[] => list(data[key]).map(answerOf);
  const classes = new Map(
    Object.entries(record(data["classes"]) ?? {}).map(([name, one]) => [name as AnswerClass, answerOf(one)]),
  );
  return {
    origin: text(data["origin"], "http://127.0.0.1:3000"),
    isHttps: data["https"] === true,
    classes,
    answers: [...classes.values(), ...answers("answers")],
    exposed: answers("exposed"),
    hostPoisoned: answers("hostPoisoned"),
    forwardedPoisoned: answers("forwardedPoisoned"),
    cors: list(data["cors"]).map((one) => ({ sent: String(record(one)?.["sent"]), answer: answerOf(one) })),
    crossOrigin: list(data["crossOrigin"]).map((one) => ({
      url: String(record(one)?.["url"]),
      contentType: String(record(one)?.["contentType"]),
      token: text(record(one)?.["token"], "missing"),
      status: Number(record(one)?.["status"]),
      control: Number(record(one)?.["control"]),
    })),
    trace: data["trace"] === undefined ? undefined : answerOf(data["trace"]),
    failures: [],
    variants: list(data["variants"]).map((one) => ({
      guarded: String(record(one)?.["guarded"]),
      guardedStatus: Number(record(one)?.["guardedStatus"]),
      url: String(record(one)?.["url"]),
      status: Number(record(one)?.["status"]),
    })),
    login: loginOf(record(data["login"])),
    tls: tlsOf(record(data["tls"])),
    overriddenGet: data["overriddenGet"] === undefined ? undefined : answerOf(data["overriddenGet"]),
    openRedirects: answers("openRedirects"),
    oddInput: list(data["oddInput"]).map((one) => ({
      what: String(record(one)?.["what"]),
      answer: answerOf(one),
    })),
    guessing: guessingOf(record(data["guessing"])),
    wrapped: answers("wrapped"),
    graphql: { schema: answers("schema"), consoles: answers("consoles") },
    internals: list(data["internals"]).map((one) => ({
      kind: String(record(one)?.["kind"]) as Internal["kind"],
      url: text(record(one)?.["url"], "http://127.0.0.1:3000/debug"),
    })),
    sockets: list(data["sockets"]).map((one) => ({
      url: "http://127.0.0.1:3000/feed",
      verdict: String(record(one)?.["verdict"]) as SocketVerdict,
    })),
    openSocketIo: typeof data["openSocketIo"] === "string" ? data["openSocketIo"] : undefined,
  };
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function loginOf(one: Readonly<Record<string, unknown>> | undefined): LiveFacts["login"] {
  if (one === undefined) return undefined;
  return {
    url: "http://127.0.0.1:3000/login",
    logoutUrl: "http://127.0.0.1:3000/logout",
    keepsId: one["keepsId"] === true,
    outlivesLogout: one["outlivesLogout"] === true,
    cookies: list(one["cookies"]).map(String),
  };
}

function guessingOf(one: Readonly<Record<string, unknown>> | undefined): LiveFacts["guessing"] {
  if (one === undefined) return undefined;
  return {
    url: "http://127.0.0.1:3000/login",
    attempts: Number(one["attempts"] ?? 30),
    status: Number(one["status"] ?? 401),
    isStopped: one["isStopped"] === true,
    isReset: one["isReset"] === true,
  };
}

function tlsOf(one: Readonly<Record<string, unknown>> | undefined): LiveFacts["tls"] {
  if (one === undefined) return undefined;
  return {
    oldProtocols: list(one["oldProtocols"]).map(String),
    cipher: "TLS_AES_256_GCM_SHA384",
    agreesWithoutForwardSecrecy: one["agreesWithoutForwardSecrecy"] === true,
    certificate: undefined,
  };
}

function answerOf(value: unknown): Answer {
  const one = record(value) ?? {};
  const headers = new Map(
    Object.entries(record(one["headers"]) ?? {}).map(([name, header]) => [name, String(header)]),
  );
  const cookies = list(one["cookies"]).map((text): SeenCookie => ({
    ...parseCookie(String(text)),
    knownSecret: one["knownSecret"] === true,
  }));
  return {
    url: text(one["url"], "http://127.0.0.1:3000/"),
    method: text(one["method"], "GET"),
    status: Number(one["status"] ?? 200),
    headers,
    cookies,
    body: text(one["body"], ""),
    ms: 1,
  };
}

const text = (value: unknown, fallback: string): string => (typeof value === "string" ? value : fallback);
