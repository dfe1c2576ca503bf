import type { App, Condition } from "./app.ts";
import { under, type Machine } from "./machine.ts";
import { env, text } from "./operators.ts";
import { unknown, type Site, type Value } from "./values.ts";

export function addSetting(
  machine: Machine,
  app: App,
  name: Value | undefined,
  value: Value,
  site: Site,
): void {
  const key = name === undefined ? undefined : text(name);
  if (key !== undefined)
    app.settings.push({ name: key, value, site, conditions: machine.conditions.slice(app.born) });
}

export function settingOf(app: App, name: Value | undefined, site: Site): Value {
  const key = name === undefined ? undefined : text(name);
  const set = app.settings.findLast((one) => one.name === key);
  if (set !== undefined) return set.value;
  return key === "env" ? env("NODE_ENV", site) : unknown(`setting ${key ?? ""}`, site);
}

/** Express 3: `app.configure([env...], fn)`. */
export function configure(machine: Machine, args: readonly Value[]): void {
  const fn = args.at(-1);
  if (fn?.k !== "fn") return;
  const environments = args.slice(0, -1).map(text);
  const label = environments.join(", ");
  let condition: Condition | undefined;
  if (environments.length > 0)
    condition = { mode: environments.includes("production") ? "prod" : "dev", text: label };
  under(machine, condition, () => machine.call(fn, []));
}
