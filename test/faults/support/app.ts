import type { TestContext } from "node:test";
import { startApp, type AppOptions, type RunningApp } from "../../../packages/hauberk/test/server/harness.ts";
import { freePort } from "../../support/free-port.ts";

export interface StartedApp extends RunningApp {
  readonly port: number;
}

/** The test application as `nobody`, with the 1,024 descriptors that a shell gives. */
export async function start(
  t: TestContext,
  listen: Readonly<Record<string, unknown>>,
  { env, ...more }: Partial<AppOptions> & { readonly env?: Record<string, string> } = {},
): Promise<StartedApp> {
  const port = await freePort();
  const wrapper = ["prlimit", "--nofile=1024:1024", "--"];
  const origins = [`${"tls" in listen ? "https" : "http"}://localhost:${port}`];
  const options = { listen: { port, user: "nobody", ...listen }, origins, ...more };
  const app = startApp(t, options, { wrapper, ...(env && { env }) });
  await app.listening;
  return { ...app, port };
}

/** The process ids of the workers that answer. */
export function workersSeen(app: RunningApp): readonly string[] {
  return [...app.output().matchAll(/^worker listening \S+ pid (\d+)$/gm)].map(([, pid]) => pid ?? "");
}
