import { openEngine } from "./child/closures.ts";
import { readApp } from "./child/read-stack.ts";
import { isApp } from "./child/shapes.ts";
import type { StackApp } from "./facts.ts";

/**
 * Reads an app of this very process. Where its middleware was mounted was not written down while it was made.
 *
 * @throws {TypeError} when the value is not an Express application.
 */
export async function readAtHand(app: unknown): Promise<StackApp> {
  if (!isApp(app))
    throw new TypeError("this is not an Express application: checkApp() takes the value of express()");
  const engine = openEngine();
  try {
    return await readApp(app, engine, { notes: new WeakMap(), apps: [] }, false, false);
  } finally {
    engine.close();
  }
}
