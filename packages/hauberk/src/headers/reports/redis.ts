import { readOptions, readString, wrongType } from "../../internal/options.ts";
import type { RedisClient } from "../../session/redis.ts";
import type { BrowserReport } from "./parse.ts";
import { ADD, CLEAR, HOURS, LIST } from "./redis-scripts.ts";
import {
  HOUR_MS,
  KEPT_HOURS,
  KEPT_MS,
  keyOfReport,
  LONELY_MS,
  mostFrequentFirst,
  type ReportBatch,
  type ReportHour,
  type ReportKind,
  type ReportOutcome,
  type ReportStore,
} from "./store.ts";

export interface RedisReportStoreOptions {
  /** A connected client of `redis` 4 or later, or its cluster client. Closing it is yours. */
  readonly client: RedisClient;
  /** What all keys start with. @default "hauberk:" */
  readonly prefix?: string;
}

/**
 * Keeps reports in Redis or Valkey, for an app of several machines that count together.
 *
 * @throws {ConfigError} `OPTION_TYPE`, `OPTION_UNKNOWN`
 * @example reportCollector({ store: redisReportStore({ client }) })
 */
export function redisReportStore(options: RedisReportStoreOptions): ReportStore {
  const call = "redisReportStore()";
  const { client, prefix } = readOptions(options, ["client", "prefix"], { call });
  const candidate = client as Partial<RedisClient> | null | undefined;
  if (typeof candidate?.eval !== "function")
    throw wrongType(client, "a client of the package redis, version 4 or later", { call, path: "client" });
  const start = prefix === undefined ? "hauberk:" : readString(prefix, { call, path: "prefix" });
  return new RedisReportStore(candidate as RedisClient, start);
}

class RedisReportStore implements ReportStore {
  readonly #client: RedisClient;
  /** One slot of a cluster, so that a script may touch all four. */
  readonly #keys: string[];

  constructor(client: RedisClient, prefix: string) {
    this.#client = client;
    this.#keys = ["kinds", "counts", "last", "hours"].map((name) => `${prefix}{reports}:${name}`);
  }

  async add(batch: ReportBatch): Promise<readonly ReportOutcome[]> {
    const { atMs, maxKinds, maxNew, dropped, reports } = batch;
    const hourMs = Math.floor(atMs / HOUR_MS) * HOUR_MS;
    const bounds = [maxKinds, maxNew, atMs - KEPT_MS, atMs - LONELY_MS, atMs - KEPT_HOURS * HOUR_MS];
    const each = reports.flatMap(({ report, count, lastSeenMs }) => [
      keyOfReport(report),
      JSON.stringify({ ...report, firstSeenMs: lastSeenMs }),
      String(count),
      String(lastSeenMs),
      report.noise ? "noise" : "reports",
    ]);
    const values = [...bounds, hourMs, dropped].map(String);
    return (await this.#run(ADD, [...values, ...each])) as ReportOutcome[];
  }

  async list(): Promise<readonly ReportKind[]> {
    const rows = (await this.#run(LIST)) as readonly (readonly [string, string, string])[];
    return mostFrequentFirst(
      rows.map(([text, count, lastSeenMs]) => ({
        ...(JSON.parse(text) as BrowserReport & Pick<ReportKind, "firstSeenMs">),
        count: Number(count),
        lastSeenMs: Number(lastSeenMs),
      })),
    );
  }

  async hours(): Promise<readonly ReportHour[]> {
    const flat = (await this.#run(HOURS)) as readonly string[];
    const hours = new Map<number, Record<string, number>>();
    for (let index = 0; index < flat.length; index += 2) {
      const [hour = "", what = ""] = (flat[index] ?? "").split(":");
      hours.set(Number(hour), { ...hours.get(Number(hour)), [what]: Number(flat[index + 1]) });
    }
    return [...hours]
      .map(([hourMs, counts]) => ({ hourMs, reports: 0, noise: 0, dropped: 0, ...counts }))
      .toSorted((a, b) => a.hourMs - b.hourMs);
  }

  async clear(): Promise<void> {
    await this.#run(CLEAR);
  }

  /** Sent as text each time: about once a second, and never forgotten by a restarted server. */
  async #run(script: string, values: string[] = []): Promise<unknown> {
    return this.#client.eval(script, { keys: [...this.#keys], arguments: values });
  }
}
