import { appBehind, type Guard } from "./guard.ts";
import { isApp, stackOf, type AppLike } from "./shapes.ts";
import type { Tracer } from "./trace.ts";

const APP_NAMES = ["default", "app", "server", "application", "express", "api", "web"];
const FACTORY =
  /^(?:create|build|make|get|init|setup|configure|new)?_?(?:express)?_?(?:app|server|application|api)?$/i;

/**
 * The app a module gives away: exported, behind a server that asked to listen, made by a factory it exports, or simply
 * made while it loaded.
 */
export async function findApp(
  exported: unknown,
  guard: Guard,
  { apps, isSettled }: { readonly apps: Tracer["apps"]; readonly isSettled: boolean },
): Promise<AppLike | undefined> {
  const candidates = candidatesIn(exported);
  for (const one of candidates) {
    const app = appIn(one);
    if (app !== undefined) return app;
  }
  const listening = guard.servers.map(appBehind).find((one) => one !== undefined);
  if (listening !== undefined) return listening;
  // A server whose requests pass a function around the app, such as Hauberk's.
  if (guard.servers.length > 0) return largestRoot(apps);
  for (const [name, one] of factoriesIn(exported)) {
    const app = appIn(await callFactory(name, one));
    if (app !== undefined) return app;
  }
  // Before the end more may still be mounted on an app that nobody exported.
  const found = guard.servers.map(appBehind).find((one) => one !== undefined);
  return found ?? (isSettled ? largestRoot(apps) : undefined);
}

/** The application with most in it among those that are mounted in no other. */
function largestRoot(apps: readonly object[]): AppLike | undefined {
  return apps
    .filter(isApp)
    .filter((one) => (one as { parent?: unknown }).parent === undefined && stackOf(one).length > 0)
    .toSorted((a, b) => stackOf(b).length - stackOf(a).length)[0];
}

class FactoryFailed extends Error {}

async function callFactory(name: string, factory: () => unknown): Promise<unknown> {
  try {
    return await factory();
  } catch (error) {
    throw new FactoryFailed(`${name}() threw: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function appIn(value: unknown): AppLike | undefined {
  if (isApp(value)) return value;
  const behind = appBehind(value);
  if (behind !== undefined) return behind;
  if (typeof value !== "object" || value === null) return undefined;
  for (const name of APP_NAMES) {
    const inner = (value as Record<string, unknown>)[name];
    if (isApp(inner)) return inner;
    const served = appBehind(inner);
    if (served !== undefined) return served;
  }
  return undefined;
}

/** Says what a factory is missing that the module exports and nobody here can call. */
export function uncalledFactory(exported: unknown): string | undefined {
  if (typeof exported !== "object" || exported === null) return undefined;
  const found = Object.entries(exported).find(
    ([name, one]) => typeof one === "function" && one.length > 1 && name !== "default" && FACTORY.test(name),
  );
  return found === undefined
    ? undefined
    : `${found[0]}() takes ${String((found[1] as { length: number }).length)} arguments: name a module that calls it`;
}

function candidatesIn(exported: unknown): readonly unknown[] {
  if (typeof exported !== "object" || exported === null) return [exported];
  const named = exported as Record<string, unknown>;
  const first = APP_NAMES.map((name) => named[name]);
  return [exported, ...first, named["module.exports"], ...Object.values(named)].filter(
    (one) => one !== undefined,
  );
}

function factoriesIn(exported: unknown): readonly [string, () => unknown][] {
  const found: [string, () => unknown][] = [];
  const add = (name: string, value: unknown): void => {
    if (
      typeof value !== "function" ||
      isApp(value) ||
      value.length > 1 ||
      /^class\b/.test(Function.prototype.toString.call(value))
    )
      return;
    if (name === "default" || name === "module.exports" || FACTORY.test(name))
      found.push([value.name === "" ? name : value.name, value as () => unknown]);
  };
  if (typeof exported === "function") add("default", exported);
  else if (typeof exported === "object" && exported !== null)
    for (const [name, value] of Object.entries(exported)) add(name, value);
  return found;
}
