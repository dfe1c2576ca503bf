import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { HOST, ORIGIN } from "../../../packages/hauberk/test/gate.ts";

/** What one attack on the login came to. */
export interface GuessCounts {
  readonly scenario: string;
  readonly guesses: number;
  /** How many of them waited for an answer at a time. */
  readonly atOnce: number;
  /** How many passwords were checked: the guesses that reached the hash. */
  readonly hashed: number;
  /** What the guide promises: the burst, and what comes back while the attack goes on. */
  readonly documented: { readonly burst: number; readonly refilledAtMost: number };
  /** How often a process had to count by itself, because the store failed or took too long. */
  readonly storeFailures: number;
  readonly serverErrors: number;
  /** Whether the owner got in after it: on the device that logged in before, by both processes. */
  readonly ownerLogsIn: boolean;
  /** And on a device that never did: an attacker in between keeps that one out for a while. */
  readonly strangerStatus: number;
  readonly seconds: number;
}

interface Scenario {
  readonly name: string;
  readonly account: (at: number) => string;
  readonly from: (at: number) => string;
  readonly burst: number;
  readonly windowMs: number;
}

const QUARTER_HOUR_MS = 900_000;
const address = (at: number): string => `127.${10 + Math.floor((at % 500) / 250)}.${at % 250}.1`;

/** The three shapes of an attack, with the limit of `loginGuard` each must run into. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: "one account from one address",
    account: () => "alice",
    from: () => "127.0.0.66",
    burst: 10,
    windowMs: QUARTER_HOUR_MS,
  },
  {
    name: "one account from 500 addresses",
    account: () => "alice",
    from: address,
    burst: 10,
    windowMs: QUARTER_HOUR_MS,
  },
  {
    name: "500 accounts from one address",
    account: (at) => `user${at % 500}`,
    from: () => "127.0.0.66",
    burst: 50,
    windowMs: QUARTER_HOUR_MS,
  },
];

interface Worker {
  readonly child: ChildProcess;
  readonly port: number;
}

async function startWorker(kind: string, place: string): Promise<Worker> {
  const script = new URL("login-server.ts", import.meta.url);
  const child = fork(script, [kind, place], {
    execArgv: ["--conditions=source"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const { port } = await answerOf<{ readonly port: number }>(child);
  return { child, port };
}

/** The next message of a process. One that ended says nothing any more: nobody would wait for it in vain. */
async function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`login-server.ts ended with ${code}`));
    child.once("exit", ended);
    child.once("message", (message) => {
      child.off("exit", ended);
      resolve(message as T);
    });
  });
}

interface Counted {
  readonly hashed: number;
  readonly storeFailures: number;
}

async function countedBy({ child }: Worker): Promise<Counted> {
  child.send("counts");
  return answerOf<Counted>(child);
}

async function end({ child }: Worker): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

interface Guess {
  readonly account: string;
  readonly password: string;
  readonly from: string;
  readonly cookie?: string;
}

/** On a connection of its own: on a busy machine the server ends an idle one just as the next guess is written to it. */
async function guess(port: number, { account, password, from, cookie = "" }: Guess) {
  return new Promise<{ readonly status: number; readonly device: string | undefined }>((resolve, reject) => {
    const body = JSON.stringify({ account, password });
    const headers = {
      Host: HOST,
      Origin: ORIGIN,
      Cookie: cookie,
      "Content-Type": "application/json",
      "Content-Length": String(Buffer.byteLength(body)),
    };
    const options = {
      host: "127.0.0.1",
      port,
      method: "POST",
      path: "/login",
      agent: false as const,
      localAddress: from,
      headers,
    };
    const outgoing = request(options, (incoming) => {
      const line = incoming.headers["set-cookie"]?.find((each) => each.startsWith("device="));
      incoming.resume();
      incoming.on("end", () =>
        resolve({ status: incoming.statusCode ?? 0, device: line?.slice(0, line.indexOf(";")) }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** More guesses at a time than a process has connections to its database. */
const AT_ONCE = 32;

/** Guesses at a login that two processes serve, one of which is killed and started again in the middle. */
export async function guessAt(
  scenario: Scenario,
  guesses: number,
  store: { readonly kind: string; readonly place: string },
): Promise<GuessCounts> {
  const started: Worker[] = [];
  const start = async (): Promise<Worker> => {
    const worker = await startWorker(store.kind, store.place);
    started.push(worker);
    return worker;
  };
  try {
    return await attackLogin(scenario, guesses, start);
  } finally {
    // A process left behind would keep the run from ending, and its error from being shown.
    for (const worker of started) await end(worker);
  }
}

async function attackLogin(
  { name, burst, windowMs, account, from }: Scenario,
  guesses: number,
  start: () => Promise<Worker>,
): Promise<GuessCounts> {
  const workers: [Worker, Worker] = [await start(), await start()];
  const owner: Guess = { account: "alice", password: "right", from: "127.0.0.7" };
  const { device = "" } = await guess(workers[0].port, owner);
  const before = await Promise.all(workers.map(countedBy));

  let [sent, serverErrors] = [0, 0];
  const started = performance.now();
  const attack = async (until: number): Promise<void> => {
    while (sent < until) {
      const at = sent++;
      const worker = workers[at % 2] ?? workers[0];
      const tried = { account: account(at), password: `guess ${at}`, from: from(at) };
      const { status } = await guess(worker.port, tried);
      if (status >= 500) serverErrors += 1;
    }
  };
  const attackers = async (until: number): Promise<void> =>
    void (await Promise.all(Array.from({ length: AT_ONCE }, async () => attack(until))));
  await attackers(guesses / 2);
  const killed = await countedBy(workers[0]);
  await end(workers[0]);
  workers[0] = await start();
  await attackers(guesses);
  const ms = performance.now() - started;

  const counted = [killed, ...(await Promise.all(workers.map(countedBy)))];
  const hashed = sum(counted, "hashed") - sum(before, "hashed");
  const known = await Promise.all(workers.map(async ({ port }) => guess(port, { ...owner, cookie: device })));
  const stranger = await guess(workers[1].port, { ...owner, from: "127.0.0.8" });
  return {
    scenario: name,
    guesses,
    atOnce: AT_ONCE,
    hashed,
    documented: { burst, refilledAtMost: Math.ceil((ms * burst) / windowMs) },
    storeFailures: sum(counted, "storeFailures"),
    serverErrors,
    ownerLogsIn: known.every(({ status }) => status === 200),
    strangerStatus: stranger.status,
    seconds: Math.round(ms / 1000),
  };
}

function sum(counts: readonly Counted[], what: keyof Counted): number {
  return counts.reduce((total, each) => total + each[what], 0);
}

/** Whether an attack ran into the documented limit, no sooner and no later. */
export function isExact({ hashed, documented }: GuessCounts): boolean {
  return hashed >= documented.burst && hashed <= documented.burst + documented.refilledAtMost;
}
