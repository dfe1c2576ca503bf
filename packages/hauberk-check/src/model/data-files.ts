import { parseJson } from "../files/paths.ts";
import { parseYaml } from "../files/yaml.ts";
import { remembered } from "../remembered.ts";
import { placeMeant } from "./file-lists.ts";
import { jsonValue } from "./json-values.ts";
import type { Machine } from "./machine.ts";
import { text } from "./operators.ts";
import type { Program } from "./program.ts";
import type { Site, Value } from "./values.ts";

const read = remembered<Program, Map<string, unknown>>(() => new Map());

/** What a JSON or YAML file of the project holds, parsed once; `undefined` for what is not there. */
export function dataOf(program: Program, path: string): unknown {
  const known = read(program);
  if (!known.has(path)) {
    const written = program.files.has(path) ? program.files.read(path) : undefined;
    known.set(path, path.endsWith(".json") ? parseJson(written) : parseYaml(written));
  }
  return known.get(path);
}

const PARSERS = /^(?:JSON\.parse|js-yaml\.(?:load|safeLoad)|yaml\.parse|yamljs\.parse)$/;
const LOADERS =
  /^(?:yamljs\.load|fs-extra\.(?:readJsonSync|readJSONSync)|jsonfile\.readFileSync|read-yaml\.sync)$/;

/** `JSON.parse(fs.readFileSync("config.json"))`, `yaml.load(fs.readFileSync(...))` and their like; `undefined` for all others. */
export function callData(
  machine: Machine,
  name: string,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  const [first] = args;
  if (first === undefined) return undefined;
  const place = PARSERS.test(name) ? fileRead(first) : LOADERS.test(name) ? first : undefined;
  const written = place === undefined ? undefined : text(place);
  if (written === undefined || !/\.(?:json|ya?ml)$/.test(written)) return undefined;
  const { program } = machine;
  const data = dataOf(
    program,
    placeMeant(machine, written, site, (path) => program.files.has(path)),
  );
  return data === undefined ? undefined : jsonValue(data, site);
}

/** The name that was given to `fs.readFileSync`, a text made of what it gave or not. */
function fileRead(value: Value): Value | undefined {
  if (value.k !== "call") return undefined;
  const { callee } = value;
  if (callee.k === "member" && callee.name === "toString") return fileRead(callee.of);
  return callee.k === "pkg" &&
    /^fs(?:-extra)?$/.test(callee.name) &&
    /^readFile(?:Sync)?$/.test(callee.path.at(-1) ?? "")
    ? value.args[0]
    : undefined;
}
