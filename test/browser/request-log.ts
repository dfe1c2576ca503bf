import { setTimeout as pause } from "node:timers/promises";
import type { ServerProcess } from "../support/server-process.ts";

/** A request as the application itself noted it down. */
interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

export interface RequestLog {
  /** What was asked since the last `forget()`. */
  readonly requests: () => readonly LoggedRequest[];
  /** Resolves once all of these were asked, each written as "POST /notes", and as often as it is given. */
  readonly saw: (...expected: readonly string[]) => Promise<void>;
  readonly forget: () => void;
}

const PATIENCE_MS = 20_000;

/**
 * Reads the application's log of requests: what a page could not see, and what a browser would not tell, is there.
 * The lines of several processes stand process by process, not in the order of time.
 */
export function readRequestLog(processes: readonly ServerProcess[]): RequestLog {
  let from = processes.map(() => 0);

  function requests(): readonly LoggedRequest[] {
    return processes
      .flatMap(({ stdout }, index) => stdout().slice(from[index]).split("\n").slice(0, -1))
      .map((line) => JSON.parse(line) as LoggedRequest & { readonly msg: string })
      .filter(({ msg }) => msg === "request");
  }

  return {
    requests,
    async saw(...expected) {
      const until = Date.now() + PATIENCE_MS;
      for (;;) {
        const seen = requests().map(({ method, path }) => `${method} ${path}`);
        const left = [...seen];
        const missing = expected.filter((each) => !take(left, each));
        if (missing.length === 0) return;
        if (Date.now() > until)
          throw new Error(`never asked: ${missing.join(", ")}; asked: ${seen.join(", ")}`);
        await pause(20);
      }
    },
    forget: () => {
      from = processes.map(({ stdout }) => stdout().lastIndexOf("\n") + 1);
    },
  };
}

/** Takes one of these texts out of the list; false when there is none. */
function take(list: string[], text: string): boolean {
  const at = list.indexOf(text);
  if (at !== -1) list.splice(at, 1);
  return at !== -1;
}
