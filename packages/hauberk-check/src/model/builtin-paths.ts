import { basename, dirname, joinPath } from "../files/paths.ts";
import { kindOf } from "./file-lists.ts";
import type { Machine } from "./machine.ts";
import { text } from "./operators.ts";
import { ROOT } from "./root.ts";
import { object, prim, UNDEFINED, unknown, type Site, type Value } from "./values.ts";

/** Functions of `path`, `url` and `fs` that tell one path from another; `undefined` for all others. */
export function callPaths(
  machine: Machine,
  callee: string,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  const name = callee.replace(/^path\.posix\./, "path.");
  const [first, second] = args;
  const given = first === undefined ? undefined : text(first);
  switch (name) {
    case "path.join":
    case "path.resolve":
    case "path.normalize":
      if (name === "path.resolve" && isCommand(machine, site) && !startsAbsolute(args)) return undefined;
      return joined(args, name === "path.resolve", site);
    case "path.dirname":
      return given === undefined ? undefined : prim(`/${dirname(given.replace(/^\//, ""))}`, site);
    case "path.basename":
      return given === undefined ? undefined : withoutEnd(basename(given), second, site);
    case "path.extname":
      return given === undefined ? undefined : prim(extensionOf(basename(given)), site);
    case "path.parse":
      return given === undefined ? undefined : parsed(given, site);
    // As in `import.meta.url`, the address of a file is its path here.
    case "url.fileURLToPath":
    case "url.pathToFileURL":
      return first;
    case "URL":
    case "url.URL":
      return address(given, second, site);
    case "process.cwd":
      return isCommand(machine, site) ? unknown("the folder a command is run in", site) : prim(ROOT, site);
    default:
      return ASKS_FILES.test(name) && given !== undefined
        ? asked(machine, name, given, args, site)
        : undefined;
  }
}

const ASKS_FILES = /^fs(?:-extra)?\.(?:promises\.)?(?:l?stat(?:Sync)?|existsSync)$/;

function asked(
  machine: Machine,
  name: string,
  path: string,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  const answer = kindOf(machine, path, name.endsWith("existsSync"), site);
  const done = args.at(-1);
  if (answer === undefined || done?.k !== "fn") return answer;
  machine.call(done, [prim(null), answer]);
  return UNDEFINED;
}

const isCommand = (machine: Machine, site: Site): boolean =>
  machine.program.packages.manifestFor(site.module.path)?.isCommand === true;

const startsAbsolute = (args: readonly Value[]): boolean =>
  args.some((one) => text(one)?.startsWith("/") === true);

function joined(args: readonly Value[], resolves: boolean, site: Site): Value | undefined {
  const parts = args.map(text);
  if (parts.some((part) => part === undefined)) return undefined;
  const path = parts.reduce<string>(
    (sum, part) => (resolves && part?.startsWith("/") === true ? part : `${sum}/${part ?? ""}`),
    "",
  );
  const absolute = joinPath("", path);
  if (!resolves || absolute.startsWith(ROOT.slice(1)) || parts[0]?.startsWith("/") === true)
    return prim(`/${absolute}`, site);
  return prim(`${ROOT}/${absolute}`, site);
}

function withoutEnd(name: string, end: Value | undefined, site: Site): Value | undefined {
  if (end === undefined) return prim(name, site);
  const ending = text(end);
  if (ending === undefined) return undefined;
  return prim(name.endsWith(ending) ? name.slice(0, name.length - ending.length) : name, site);
}

/** `.js` of `users.js`; `.gitignore` has none. */
function extensionOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? "" : name.slice(dot);
}

function parsed(path: string, site: Site): Value {
  const base = basename(path);
  const ext = extensionOf(base);
  const found = object(true, site);
  found.props.set("base", prim(base, site));
  found.props.set("ext", prim(ext, site));
  found.props.set("name", prim(base.slice(0, base.length - ext.length), site));
  return found;
}

/** `new URL("./routes/", import.meta.url)`. */
function address(given: string | undefined, base: Value | undefined, site: Site): Value | undefined {
  const from = base === undefined ? undefined : text(base);
  if (given === undefined || from?.startsWith(`${ROOT}/`) !== true || !/^\.{0,2}[\w/]/.test(given))
    return undefined;
  return prim(`/${joinPath(from.endsWith("/") ? from : dirname(from), given)}`, site);
}
