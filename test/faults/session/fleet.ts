import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { HOST } from "../../../packages/hauberk/test/gate.ts";
import { endWithUs } from "../../support/end-with-us.ts";
import type { Release } from "./rotating-process.ts";

export interface Deployed {
  readonly ring: string;
  readonly release: Release;
}

export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly sid: string | undefined;
}

interface Member {
  readonly child: ChildProcess;
  readonly port: number;
}

const PROCESS = new URL("rotating-process.ts", import.meta.url);

/** Processes of one application on one store, replaced one by one while requests run. */
export class Fleet {
  readonly #kind: string;
  readonly #storePort: number;
  readonly #members: Member[] = [];

  private constructor(kind: string, storePort: number) {
    this.#kind = kind;
    this.#storePort = storePort;
  }

  static async start(kind: string, storePort: number, processes: number, deployed: Deployed): Promise<Fleet> {
    const fleet = new Fleet(kind, storePort);
    while (fleet.#members.length < processes) fleet.#members.push(await fleet.#launch(deployed));
    return fleet;
  }

  get size(): number {
    return this.#members.length;
  }

  async #launch({ ring, release }: Deployed): Promise<Member> {
    const child = endWithUs(
      fork(PROCESS, [this.#kind, String(this.#storePort), release], {
        env: { ...process.env, APP_SECRETS: ring },
        stdio: ["ignore", "ignore", "inherit", "ipc"],
      }),
    );
    const [{ port }] = (await once(child, "message")) as [{ readonly port: number }];
    return { child, port };
  }

  /** The new one answers before the old one is asked to end, as with any rolling deployment. */
  async replace(at: number, deployed: Deployed, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const next = await this.#launch(deployed);
    const [old] = this.#members.splice(at, 1, next);
    if (old !== undefined) await ended(old, signal);
  }

  /** Undefined where a process ended before it answered: that promises nothing. */
  async ask(
    turn: number,
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<Reply | undefined> {
    const { port } = this.#members[turn % this.#members.length] ?? { port: 0 };
    return new Promise((resolve) => {
      const outgoing = request(
        { port, method, path, agent: false, headers: { Host: HOST, ...headers } },
        (res) => {
          let body = "";
          res.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
          res.on("error", () => resolve(undefined));
          res.on("end", () => {
            const line = res.headers["set-cookie"]?.find((each) => each.startsWith("sid="));
            resolve({ status: res.statusCode ?? 0, body, sid: line?.slice(0, line.indexOf(";")) });
          });
        },
      );
      outgoing.on("error", () => resolve(undefined));
      outgoing.end();
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#members.map(async (member) => ended(member, "SIGKILL")));
  }
}

async function ended({ child }: Member, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, "exit");
}
