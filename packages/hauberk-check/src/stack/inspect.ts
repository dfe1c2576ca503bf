import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { StackApp } from "./facts.ts";

export type Inspected =
  | { readonly ok: true; readonly app: StackApp }
  | { readonly ok: false; readonly reason: string };

/** Loads an app in a child process and reads its stack. Whatever the app does, an answer comes within the time. */
export async function inspectApp(root: string, module: string, timeoutMs: number): Promise<Inspected> {
  const path = [resolve(root, module), resolve(module)].find(existsSync);
  if (path === undefined) return { ok: false, reason: "the module does not exist" };
  const child = fork(childScript(), [path], {
    cwd: root,
    env: { ...process.env, NODE_ENV: process.env["NODE_ENV"] ?? "production", HAUBERK_CHECK: "1" },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    execArgv: process.execArgv.filter((one) => !one.startsWith("--test")),
    serialization: "advanced",
  });
  return new Promise((done) => {
    const finish = (answer: Inspected): void => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      done(answer);
    };
    const timer = setTimeout(() => {
      finish({ ok: false, reason: `it did not finish loading in ${String(timeoutMs / 1000)} s` });
    }, timeoutMs);
    child.once("message", (message) => {
      finish(message as Inspected);
    });
    child.once("error", (error) => {
      finish({ ok: false, reason: error.message });
    });
    child.once("exit", (code, signal) => {
      finish({ ok: false, reason: `its process ended while loading (${signal ?? `code ${String(code)}`})` });
    });
  });
}

function childScript(): string {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return fileURLToPath(new URL(`./child.${extension}`, import.meta.url));
}
