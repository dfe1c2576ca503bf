import { bundled } from "../../../../test/support/bundle.ts";
import { APP, startApp, type RunningApp } from "./harness.ts";

const FILE = await bundled(APP);

/** As `startApp`, for test files that start many of them. */
export function startBundledApp(...[t, options, how = {}]: Parameters<typeof startApp>): RunningApp {
  return startApp(t, options, { ...how, file: FILE });
}
