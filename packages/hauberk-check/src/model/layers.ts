import type { App, Layer } from "./app.ts";
import type { Machine } from "./machine.ts";
import { unknown, type Site, type Value } from "./values.ts";

/** `app.use([path], ...handlers)`. */
export function addUse(machine: Machine, app: App, args: readonly Value[], site: Site): void {
  const [first, ...rest] = args;
  if (first === undefined) return;
  const isPath =
    isPathLike(first) ||
    (rest.length > 0 && ["unknown", "env", "fallback"].includes(first.k) && !looksLikeHandler(first));
  // Of one that is only called a path nobody knows where it leads: what is mounted stays where it would be without.
  const isCalledPath = !isPath && rest.length > 0 && first.k !== "fn" && isNamedPath(site);
  const handlers = flatten(isPath || isCalledPath ? rest : args);
  const router = handlers.some(
    (one) => one.k === "member" && one.of.k === "app" && one.of.app === app && one.name === "router",
  );
  addLayer(machine, app, {
    kind: router ? "v3-router" : "use",
    method: "",
    path: isPath ? first : undefined,
    handlers,
    site,
  });
}

function looksLikeHandler(value: Value): boolean {
  return value.k === "unknown" && value.site !== undefined && value.site.node.type === "SpreadElement";
}

/** `use(config.imageUrl, express.static(...))`, `use(basePath, router)`: by its name the first is a path, and nothing that may protect. */
function isNamedPath({ node }: Site): boolean {
  const first = node.type === "CallExpression" ? node.arguments[0] : undefined;
  const named =
    first?.type === "MemberExpression" && !first.computed
      ? first.property
      : first?.type === "CallExpression"
        ? undefined
        : first;
  return named?.type === "Identifier" && PATH_NAME.test(named.name) && !ACTS.test(named.name);
}

const PATH_NAME = /(?:^|[a-z_])(?:path|pathname|url|uri|prefix|base|mount|mountpoint)$/i;
/** `normalizePath`, `stripPrefix` and `checkUrl` do something to a request. */
const ACTS =
  /^(?:re(?:write|direct|solve|quire)|normali[sz]e|strip|parse|check|validate|verify|log|set|add|get|fix|handle|use|with|guard|protect|allow|block|deny)/i;

function isPathLike(value: Value): boolean {
  if (value.k === "arr") return value.items.length > 0 && value.items.every(isPathLike);
  if (value.k === "either") return value.values.every(isPathLike);
  if (value.k === "mode") return isPathLike(value.prod);
  if (value.k === "fallback") return isPathLike(value.right);
  return (value.k === "prim" && typeof value.v === "string") || value.k === "regex";
}

/** Express takes arrays of any depth where it takes a middleware. One may hold itself, or each the next one twice: neither may take for ever. */
export function flatten(values: readonly Value[]): Value[] {
  const found: Value[] = [];
  let left = MAX_LAYERS;
  const collect = (list: readonly Value[], above: readonly Value[]): void => {
    for (const value of list) {
      left -= 1;
      if (left < 0) return;
      if (value.k === "arr") {
        if (!above.includes(value)) collect(value.items, [...above, value]);
        if (value.open) found.push(unknown("more middleware in a list that is not known", value.site));
      } else if (value.k !== "prim") found.push(value);
    }
  };
  collect(values, []);
  return found;
}

/** More than any app has; a loop that the reader follows to its end makes as many as it likes. */
const MAX_LAYERS = 10_000;

export function addLayer(machine: Machine, app: App, layer: Omit<Layer, "conditions">): void {
  if (app.layers.length >= MAX_LAYERS)
    machine.notes.add(
      `an app has more than ${String(MAX_LAYERS)} routes and middlewares; the rest is not checked`,
    );
  else app.layers.push({ ...layer, conditions: machine.conditions.slice(app.born) });
}
