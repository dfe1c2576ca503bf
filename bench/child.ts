import { type ChildProcess, fork, type Serializable } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A child process that says so when it is ready, and then answers each message with one message. */
export interface Child {
  readonly ready: () => Promise<void>;
  /** The answer's type is the caller's word: both ends are files of this folder. */
  readonly ask: <Answer>(question: Serializable) => Promise<Answer>;
  readonly stop: () => Promise<void>;
}

/**
 * Starts a file of this folder as a process of its own, in production mode and with the built toolkit:
 * the `source` condition this repository runs with is not passed on.
 */
export function startChild(file: string, args: readonly string[] = []): Child {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [...args], {
    execArgv: ["--disable-warning=ExperimentalWarning"],
    env: { ...process.env, NODE_OPTIONS: "", NODE_ENV: "production" },
  });
  const ready = nextMessage(child, file);
  return {
    ready: async () => {
      await ready;
    },
    ask: (question) => {
      child.send(question);
      return nextMessage(child, file);
    },
    stop: async () => {
      if (child.exitCode !== null) return;
      child.disconnect();
      await once(child, "exit");
    },
  };
}

function nextMessage<Answer>(child: ChildProcess, file: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void =>
      reject(new Error(`${file} ended with code ${code ?? "none"}`));
    child.once("exit", ended);
    child.once("message", (message: Answer) => {
      child.off("exit", ended);
      resolve(message);
    });
  });
}
