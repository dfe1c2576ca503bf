// A server that starts as root, drops to the user it is told, and keeps notes: what it could still do at the moment
// the drop was proven, at its first connection, and when it answers.
import { subscribe } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import express from "express";
import { hauberk } from "hauberk";
import { memoryStore } from "hauberk/session/memory";

/** What the process is and can do, at one moment. */
export interface Facts {
  readonly connectionsBefore: number;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly groups: readonly number[] | undefined;
  /** The lines Uid, Gid, Groups and Cap* of /proc/self/status. */
  readonly status: Readonly<Record<string, string>>;
  readonly shadow: string;
  readonly setuid: string;
  readonly setgroups: string;
}

const { PORT = "", RUN_AS_USER = "", RUN_AS_GROUP = "" } = process.env;
const app = express();
const secure = hauberk(app, {
  origins: [`http://127.0.0.1:${PORT}`],
  secrets: ["4b1f7a90c2d6e8835d0a9f1b6c7e24d8a3f5"],
  session: { store: memoryStore({ maxEntries: 10 }) },
});

let connections = 0;
let atDrop: Facts | undefined;
let atFirstConnection: Facts | undefined;
let shadowAsync: Promise<string> | undefined;

subscribe("hauberk:server.privileges-dropped", () => {
  atDrop = factsNow();
  // Starts on a thread of libuv before the event loop can accept anything: threads must have dropped as well.
  shadowAsync = readFile("/etc/shadow").then(() => "read", codeOf);
});
subscribe("net.server.socket", () => {
  atFirstConnection ??= factsNow();
  connections += 1;
});

app.get("/facts", async (_req, res) => {
  res.json({ atDrop, atFirstConnection, atAnswer: factsNow(), shadowAsync: await shadowAsync });
});

await secure.listen({ port: Number(PORT), host: "127.0.0.1", user: RUN_AS_USER, group: RUN_AS_GROUP });
process.send?.("ready");

function factsNow(): Facts {
  return {
    connectionsBefore: connections,
    uid: process.getuid?.(),
    gid: process.getgid?.(),
    groups: process.getgroups?.(),
    status: statusLines(),
    shadow: attempt(() => readFileSync("/etc/shadow")),
    setuid: attempt(() => process.setuid?.(0)),
    setgroups: attempt(() => process.setgroups?.([0])),
  };
}

function statusLines(): Record<string, string> {
  const lines = readFileSync("/proc/self/status", "utf8").split("\n");
  return Object.fromEntries(
    lines
      .filter((line) => /^(Uid|Gid|Groups|Cap)/.test(line))
      .map((line) => line.split(/:\s*/) as [string, string]),
  );
}

function attempt(action: () => unknown): string {
  try {
    action();
    return "done";
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
