import { setTimeout as sleep } from "node:timers/promises";
import { newRing, rotateRing } from "../../../packages/hauberk/src/keys/ring.ts";
import { migratePostgres } from "../../../packages/hauberk/src/session/postgres.ts";
import { ORIGIN } from "../../../packages/hauberk/test/gate.ts";
import {
  startPostgres,
  startRedis,
  type RealServer,
} from "../../../packages/hauberk/test/session/servers.ts";
import { postgresPool } from "../../../packages/hauberk/test/session/stores.ts";
import { Fleet, type Deployed } from "./fleet.ts";
import { RotatingBrowser } from "./rotating-browser.ts";

/** What happened to browsers while keys were rotated, processes and the store killed, and the data's shape changed. */
export interface RotationCounts {
  readonly processes: number;
  readonly browsers: number;
  readonly requests: number;
  readonly answeredSaves: number;
  /** The next four are 0 where the promises hold. */
  readonly lostSaves: number;
  readonly loggedOut: number;
  readonly refusedForms: number;
  readonly oldKeyAccepted: number;
  /** Sessions of the older shape at the end: how many there are as the new one, and how many that fit no more were refused. */
  readonly migrated: number;
  readonly misfitsRefused: number;
  readonly misfits: number;
}

const BROWSERS = 12;
const PATIENCE_MS = 60_000;

/** @throws {Error} when a browser cannot save for a minute, or a session is another user's */
export async function rotateKeys(kind: "redis" | "postgres", processes: number): Promise<RotationCounts> {
  const server = await startStore(kind);
  const first = newRing();
  const second = rotateRing(first, 2);
  const releases = {
    before: { ring: first, release: "text" },
    // The old key is kept.
    rotated: { ring: second, release: "both" },
    // And dropped.
    dropped: { ring: rotateRing(second, 2), release: "list" },
  } as const;
  const fleet = await Fleet.start(kind, server.port, processes, releases.before);
  try {
    return await rotateUnderLoad(fleet, server, releases);
  } finally {
    await fleet.stop();
    await server.stop();
  }
}

async function startStore(kind: "redis" | "postgres"): Promise<RealServer> {
  if (kind === "redis") return startRedis();
  const server = await startPostgres();
  const pool = postgresPool(server.port);
  await migratePostgres(pool);
  await pool.end();
  return server;
}

async function rotateUnderLoad(
  fleet: Fleet,
  server: RealServer,
  { rotated, dropped }: Readonly<Record<"rotated" | "dropped", Deployed>>,
): Promise<RotationCounts> {
  const browsers = await logIn(fleet, "user", BROWSERS);
  const misfits = await logIn(fleet, "misfit", 3);
  for (const misfit of misfits) await misfit.post("/odd", { Origin: ORIGIN });
  const formsOfFirst = browsers.map(({ form }) => form);
  let over = false;
  const load = Promise.all(browsers.map(async (browser) => browser.run(() => over)));

  await deploy(fleet, rotated, browsers);
  await restart(server);
  await allSave(browsers, 3);
  const misfitsRefused = await countRefused(misfits);
  // As a page that is opened again: its form is made with the new key, which all have by now.
  for (const browser of browsers) await browser.openForm();
  await Promise.all([deploy(fleet, dropped, browsers), restart(server)]);
  await allSave(browsers, 3);
  over = true;
  await load;
  const { lostSaves, migrated } = await lookAgain(browsers);
  const sum = (count: (browser: RotatingBrowser) => number): number =>
    browsers.reduce((total, browser) => total + count(browser), 0);
  return {
    processes: fleet.size,
    browsers: browsers.length,
    requests: sum(({ requests }) => requests),
    answeredSaves: sum(({ saves }) => saves),
    lostSaves,
    loggedOut: sum(({ loggedOut }) => loggedOut),
    refusedForms: sum(({ refusedForms }) => refusedForms),
    oldKeyAccepted: await countAccepted(fleet, browsers, formsOfFirst),
    migrated,
    misfitsRefused,
    misfits: misfits.length,
  };
}

async function logIn(fleet: Fleet, name: string, count: number): Promise<readonly RotatingBrowser[]> {
  const browsers = Array.from({ length: count }, (_, at) => new RotatingBrowser(fleet, `${name}-${at}`, at));
  for (const browser of browsers) await browser.logIn();
  return browsers;
}

/** Process by process, while everybody goes on; the first one dies as at a power cut. */
async function deploy(fleet: Fleet, deployed: Deployed, browsers: readonly RotatingBrowser[]): Promise<void> {
  for (let at = 0; at < fleet.size; at++) {
    await fleet.replace(at, deployed, at === 0 ? "SIGKILL" : "SIGTERM");
    await allSave(browsers, 3);
  }
}

async function restart(server: RealServer): Promise<void> {
  await server.kill();
  await server.start();
}

/** Waits until every browser has so many saves more than now. */
async function allSave(browsers: readonly RotatingBrowser[], more: number): Promise<void> {
  const wanted = browsers.map(({ saves }) => saves + more);
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (!browsers.every(({ saves }, at) => saves >= (wanted[at] ?? 0))) {
    if (performance.now() > giveUpAt) throw new Error("a browser has saved nothing for a minute");
    await sleep(20);
  }
}

async function countRefused(misfits: readonly RotatingBrowser[]): Promise<number> {
  let refused = 0;
  for (const misfit of misfits) {
    const state = await misfit.look();
    if (state.user === null && state.n === undefined) refused++;
  }
  return refused;
}

async function lookAgain(
  browsers: readonly RotatingBrowser[],
): Promise<Pick<RotationCounts, "lostSaves" | "migrated">> {
  let [lostSaves, migrated] = [0, 0];
  for (const browser of browsers) {
    const { n, cart } = await browser.look();
    // A save whose answer was lost may be there as well; one that was answered must be.
    if (!(n !== undefined && n >= browser.lastSaved)) lostSaves++;
    if (JSON.stringify(cart) === '["bread","salt"]') migrated++;
  }
  return { lostSaves, migrated };
}

/** Forms made with the dropped key, from browsers that send neither `Origin` nor `Sec-Fetch-Site`, at every process. */
async function countAccepted(
  fleet: Fleet,
  browsers: readonly RotatingBrowser[],
  forms: readonly string[],
): Promise<number> {
  let accepted = 0;
  for (const [at, browser] of browsers.entries())
    for (let turn = 0; turn < fleet.size; turn++) {
      const status = await browser.submitAt(turn, forms[at] ?? "");
      if (status === 200) accepted++;
      if ((await browser.submitAt(turn, browser.form)) !== 200)
        throw new Error("a form of the new key is refused");
    }
  return accepted;
}
