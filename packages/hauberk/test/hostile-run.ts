import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import * as fc from "fast-check";
import { body } from "../src/body/index.ts";
import { ORIGIN, serveListening, type Answer, type Sent, type TestServer } from "./gate.ts";
import { CHANNELS, hostileRequest, type HostileRequest } from "./hostile-inputs.ts";

/** What generated requests came to. Everything but `requests`, `channels` and `statuses` should be 0 or empty. */
export interface HostileCounts {
  readonly requests: number;
  readonly channels: Record<string, number>;
  readonly statuses: Record<string, number>;
  readonly serverErrors: number;
  readonly unanswered: number;
  readonly hangs: number;
  readonly withoutHeaderSet: number;
  readonly filesLeft: number;
  readonly slowestMs: number;
}

export interface HostileOptions {
  readonly requests: number;
  /** The same requests for the same seed. */
  readonly seed: number;
  readonly hangMs: number;
}

const AT_ONCE = 20;
const HEADER_SET = [
  "content-security-policy",
  "x-content-type-options",
  "x-frame-options",
  "referrer-policy",
  "cross-origin-opener-policy",
  "cross-origin-resource-policy",
  "permissions-policy",
  "cache-control",
];

/** Sends generated requests to an app behind the whole pipeline, through `listen`, and counts what should not happen. */
export async function hostileRun(context: TestContext, options: HostileOptions): Promise<HostileCounts> {
  const directory = mkdtempSync(join(tmpdir(), "hauberk-hostile-"));
  context.after(() => rmSync(directory, { recursive: true }));
  const server = await serveTarget(context, directory);
  const tally = new Tally(options.hangMs);
  // The first request of a process compiles the code it runs through.
  await server.send({ method: "POST", headers: { Origin: ORIGIN } });
  const batches = fc.array(hostileRequest, { minLength: AT_ONCE, maxLength: AT_ONCE });
  await fc.assert(
    fc.asyncProperty(batches, async (batch) => {
      await Promise.all(batch.map(async (each) => tally.send(server, each)));
      const [first] = tally.surprises;
      if (first !== undefined) throw new Error(first);
    }),
    { numRuns: Math.ceil(options.requests / AT_ONCE), seed: options.seed, endOnFailure: true },
  );
  return { ...tally.counts(), filesLeft: readdirSync(directory).length };
}

async function serveTarget(context: TestContext, directory: string): Promise<TestServer> {
  return serveListening(context, (app) => {
    const upload = body.multipart({ directory, accept: ["image/png"] });
    app.use("/files", upload, (req, res, next) => {
      const { fields, files } = upload.result(req);
      upload.discard(req).then(() => res.json({ fields, names: files.map(({ name }) => name) }), next);
    });
    const typed = body.json();
    app.use("/typed", typed, (req, res) => void res.json(typed.value(req)));
    app.use((req, res) => void res.json({ query: req.query, body: req.body as unknown }));
  });
}

class Tally {
  readonly surprises: string[] = [];
  readonly #hangMs: number;
  readonly #channels = new Map<string, number>(CHANNELS.map((channel) => [channel, 0]));
  readonly #statuses = new Map<string, number>();
  readonly #bad = { serverErrors: 0, unanswered: 0, hangs: 0, withoutHeaderSet: 0 };
  #requests = 0;
  #slowestMs = 0;

  constructor(hangMs: number) {
    this.#hangMs = hangMs;
  }

  async send(server: TestServer, { channel, sent }: HostileRequest): Promise<void> {
    this.#requests += 1;
    this.#channels.set(channel, (this.#channels.get(channel) ?? 0) + 1);
    const started = performance.now();
    try {
      const answer = await server.send(sent);
      this.#judge(answer);
    } catch (error) {
      this.#surprise("unanswered", String(error));
    }
    const ms = performance.now() - started;
    this.#slowestMs = Math.max(this.#slowestMs, ms);
    if (!(ms <= this.#hangMs) && (await this.#hangsAlone(server, sent)))
      this.#surprise("hangs", `${Math.round(ms)} ms`);
  }

  /** A machine that is busy with other work makes a request slow once; one that hangs is slow again. */
  async #hangsAlone(server: TestServer, sent: Sent): Promise<boolean> {
    const started = performance.now();
    await server.send(sent).catch(() => undefined);
    return !(performance.now() - started <= this.#hangMs);
  }

  #judge({ status, headers, body: text }: Answer): void {
    this.#statuses.set(String(status), (this.#statuses.get(String(status)) ?? 0) + 1);
    if (!(status < 500)) this.#surprise("serverErrors", `${status} ${text}`);
    // A 304 brings no policy: the browser keeps the one it has.
    const missing = HEADER_SET.filter(
      (name) => headers[name] === undefined && !(status === 304 && name === "content-security-policy"),
    );
    if (missing.length > 0) this.#surprise("withoutHeaderSet", `${status} without ${missing.join(", ")}`);
  }

  #surprise(
    kind: keyof HostileCounts & ("serverErrors" | "unanswered" | "hangs" | "withoutHeaderSet"),
    what: string,
  ): void {
    this.#bad[kind] += 1;
    this.surprises.push(`${kind}: ${what}`);
  }

  counts(): Omit<HostileCounts, "filesLeft"> {
    return {
      requests: this.#requests,
      channels: Object.fromEntries(this.#channels),
      statuses: Object.fromEntries(this.#statuses),
      ...this.#bad,
      slowestMs: Math.round(this.#slowestMs),
    };
  }
}
