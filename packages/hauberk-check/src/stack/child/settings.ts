import type { StackValue } from "../facts.ts";
import type { Engine } from "./closures.ts";
import { describe } from "./measure.ts";
import { manifestAbove } from "./packages.ts";
import type { AppLike } from "./shapes.ts";

/** The version of Express that made the app: its manifest's, or what its shape says. */
export function versionOf(app: AppLike, engine: Engine): string {
  return manifestOf(app, engine) ?? guessVersion(app);
}

function manifestOf(app: AppLike, engine: Engine): string | undefined {
  const file = engine.locate(app.defaultConfiguration)?.file;
  const manifest = file === undefined ? undefined : manifestAbove(file);
  return manifest?.name === "express" ? manifest.version : undefined;
}

function guessVersion(app: AppLike): string {
  if (app._router?.map !== undefined || Array.isArray(app.stack)) return "3.0.0";
  return "lazyrouter" in app ? "4.0.0" : "5.0.0";
}

const SETTINGS = [
  "env",
  "trust proxy",
  "x-powered-by",
  "query parser",
  "view engine",
  "view cache",
  "strict routing",
  "case sensitive routing",
  "jsonp callback name",
];

/** The settings that rules ask about, as they are in effect. */
export function settingsOf(app: AppLike): Record<string, StackValue> {
  return Object.fromEntries(
    SETTINGS.filter((name) => Object.hasOwn(app.settings, name)).map((name) => [
      name,
      describe(app.settings[name]),
    ]),
  );
}
