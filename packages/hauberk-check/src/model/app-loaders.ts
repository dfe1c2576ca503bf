import { joinPath } from "../files/paths.ts";
import { contentOf, folderMeant } from "./file-lists.ts";
import { stemOf } from "./folder-modules.ts";
import type { Machine } from "./machine.ts";
import { member, setMember } from "./members.ts";
import { text } from "./operators.ts";
import { property } from "./properties.ts";
import { ROOT } from "./root.ts";
import { object, rootPackage, type Call, type Member, type Site, type Value } from "./values.ts";

const LOADERS = /^(?:consign|express-load)$/;

/**
 * `consign({ cwd: "app" }).include("models").then("routes").into(app)`: each file exports a function that is given the app, and
 * what it returns is left on the app below the names of the folder and of the file.
 */
export function callLoader(
  machine: Machine,
  callee: Member,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  const [target] = args;
  if (callee.name !== "into" || callee.of.k !== "call" || target?.k !== "app") return undefined;
  if (!LOADERS.test(rootPackage(callee.of)?.name ?? "")) return undefined;
  const steps = stepsOf(callee.of);
  const cwd = steps.map((call) => cwdOf(call)).find((one) => one !== undefined) ?? "";
  for (const call of steps) {
    const [first] = call.args;
    const name = first === undefined ? undefined : text(first);
    if (name !== undefined && isIncluded(call)) load(machine, { cwd, name, args, site });
  }
  return target;
}

interface Loading {
  readonly cwd: string;
  readonly name: string;
  /** The app, and what else each file is given. */
  readonly args: readonly Value[];
  readonly site: Site;
}

/** The calls of the chain, the first one first. */
function stepsOf(last: Call): readonly Call[] {
  const steps: Call[] = [];
  for (
    let call: Value = last;
    call.k === "call";
    call = call.callee.k === "member" ? call.callee.of : call.callee
  )
    steps.unshift(call);
  return steps;
}

const isIncluded = ({ callee }: Call): boolean =>
  callee.k === "pkg" || (callee.k === "member" && /^(?:include|then)$/.test(callee.name));

function cwdOf({ args }: Call): string | undefined {
  const options = args.find((one) => one.k === "obj");
  return options === undefined ? undefined : text(property(options, "cwd"));
}

function load(machine: Machine, loading: Loading): void {
  const { cwd, name, args, site } = loading;
  const [target] = args;
  const path = cwd.startsWith(ROOT)
    ? joinPath(cwd.slice(ROOT.length), name)
    : folderMeant(machine, joinPath(cwd, name), site);
  if (target === undefined) return;
  if (stemOf(path) === undefined)
    loadFolder(machine, { ...loading, path, holder: holderIn(target, name, site) });
  else loadFile(machine, { ...loading, path, holder: target });
}

interface Place extends Loading {
  readonly path: string;
  readonly holder: Value;
}

/** `app.controllers.api`, made where it is not there yet. */
function holderIn(target: Value, name: string, site: Site): Value {
  let holder = target;
  for (const part of name.split("/").filter((one) => one !== "" && one !== ".")) {
    let next = member(holder, part, site);
    if (next.k !== "obj") {
      next = object(true, site);
      if (holder.k === "app") holder.app.props.set(part, next);
      else if (holder.k === "obj") holder.props.set(part, next);
    }
    holder = next;
  }
  return holder;
}

function loadFolder(machine: Machine, place: Place): void {
  const { files, folders } = contentOf(machine, place.path);
  for (const path of files) loadFile(machine, { ...place, path });
  for (const path of folders) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    loadFolder(machine, { ...place, path, holder: holderIn(place.holder, name, place.site) });
  }
}

function loadFile(machine: Machine, { path, holder, args, site }: Place): void {
  const stem = stemOf(path);
  if (stem === undefined) return;
  const found = machine.import(`${ROOT}/${path}`, site.module, site);
  const made = found.k === "fn" ? machine.call(found, args) : found;
  if (holder.k === "app") holder.app.props.set(stem, made);
  else setMember(machine, holder, stem, made, site);
}
