import { appBehind, type Guard } from "./guard.ts";
import { isApp, type AppLike } from "./shapes.ts";

const APP_NAMES = ["default", "app", "server", "application", "express", "api", "web"];
const FACTORY =
  /^(?:create|build|make|get|init|setup|configure|new)?_?(?:express)?_?(?:app|server|application|api)?$/i;

/** The app a module gives away: exported, made by a factory it exports, or behind a server that asked to listen. */
export async function findApp(exported: unknown, guard: Guard): Promise<AppLike | undefined> {
  const candidates = candidatesIn(exported);
  for (const one of candidates) {
    const app = appIn(one);
    if (app !== undefined) return app;
  }
  const listening = guard.servers.map(appBehind).find((one) => one !== undefined);
  if (listening !== undefined) return listening;
  for (const [name, one] of factoriesIn(exported)) {
    const app = appIn(await callFactory(name, one));
    if (app !== undefined) return app;
  }
  return guard.servers.map(appBehind).find((one) => one !== undefined);
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
