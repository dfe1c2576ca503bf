import { jsonValue } from "./json-values.ts";
import { dataOf } from "./data-files.ts";
import { joinPath } from "../files/paths.ts";
import type { Machine } from "./machine.ts";
import { env, text } from "./operators.ts";
import { property } from "./properties.ts";
import { ROOT } from "./root.ts";
import { isKnown, rootPackage, unknown, type Call, type Pkg, type Site, type Value } from "./values.ts";

/** The calls that set nconf up, found among all calls once; those made since are looked at when somebody asks again. */
const SEEN = new WeakMap<Machine, { at: number; readonly calls: Call[] }>();

function setUp(machine: Machine): readonly Call[] {
  const seen = SEEN.get(machine) ?? { at: 0, calls: [] };
  SEEN.set(machine, seen);
  for (; seen.at < machine.calls.length; seen.at += 1) {
    const call = machine.calls[seen.at]?.call;
    if (call !== undefined && rootPackage(call)?.name === "nconf") seen.calls.push(call);
  }
  return seen.calls;
}

const methodOf = ({ callee }: Call): string | undefined =>
  callee.k === "pkg" ? callee.path.at(-1) : callee.k === "member" ? callee.name : undefined;

/**
 * `nconf.get("session:secret")`: what a file that can be read says, or else the defaults; the environment and the command line
 * first where they were added, and whatever else was.
 */
export function callNconf(
  machine: Machine,
  callee: Pkg,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  const path =
    callee.path.length === 1 && callee.path[0] === "get" && args[0] !== undefined ? text(args[0]) : undefined;
  if (path === undefined) return undefined;
  let right: Value | undefined;
  let isOpen = false;
  for (const call of setUp(machine).toReversed()) {
    const given = valuesOf(machine, call);
    if (given === "nothing") continue;
    const value = given === "anything" ? undefined : property(given, path.replaceAll(":", "."));
    if (value === undefined || value.k === "unknown") isOpen = true;
    else if (!isKnown(value, undefined)) [right, isOpen] = [value, false];
  }
  if (right === undefined || !isOpen) return right;
  const left = setUp(machine).some((call) => methodOf(call) === "env")
    ? env(path, site)
    : unknown("a setting", site);
  return { k: "fallback", left, right, site };
}

/** What a call of the set-up adds, as far as it can be read. */
function valuesOf(machine: Machine, call: Call): Value | "anything" | "nothing" {
  switch (methodOf(call)) {
    case "defaults":
      return call.args[0]?.k === "obj" ? call.args[0] : "anything";
    case "file":
      return fileOf(machine, call) ?? "anything";
    case "env":
    case "argv":
    case "use":
    case "add":
    case "overrides":
      return "anything";
    default:
      return "nothing";
  }
}

/** `file("config.json")`, `file({ file: "config.json" })` and `file("name", ...)`. */
function fileOf(machine: Machine, { args, site }: Call): Value | undefined {
  const last = args.at(-1);
  const written = last === undefined ? undefined : text(last.k === "obj" ? property(last, "file") : last);
  if (written === undefined) return undefined;
  const data = dataOf(machine.program, joinPath("", written.replace(ROOT, "")));
  return data === undefined ? undefined : jsonValue(data, site);
}
