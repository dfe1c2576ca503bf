import { isContainer, isDatabaseFile, isDatabaseSettings, isPlatformFile } from "../../../files/kinds.ts";
import { basename, parseJson } from "../../../files/paths.ts";
import { credentialVariable, isAnnounced } from "../../kit/credential-words.ts";
import { isProductionDockerfile } from "../../kit/docker.ts";
import { NOT_KEPT } from "../../kit/secrets.ts";
import { isPlaceholder } from "../../known-secrets.ts";
import { ofDatabaseSettings, ofPublishedStores } from "./databases.ts";
import { insertedPassword } from "./inserted.ts";
import { hostWithPassword, isStoreAddress, OF_IMAGES } from "./addresses.ts";

export interface FileSecret {
  readonly start: number;
  readonly end: number;
  /** "The image sets API_KEY". */
  readonly what: string;
  readonly text: string;
}

/** The secrets in what starts the app: images, containers, platforms and scripts. */
export function fileSecrets(path: string, text: string): readonly FileSecret[] {
  if (/dockerfile/i.test(path)) return isProductionDockerfile(path) ? ofImage(text) : [];
  if (/(?:^|\/)package\.json$/.test(path)) return ofScripts(text);
  if (path.endsWith(".service")) return ofLines(text, UNIT);
  if (isDatabaseFile(path)) return ofDatabase(path, text);
  if (isDatabaseSettings(path)) return NOT_KEPT.test(path) ? [] : ofDatabaseSettings(text);
  if (isContainer(path) || isPlatformFile(path))
    return [
      ...ofLines(text, SETTING),
      ...ofLines(text, NAME_AND_VALUE),
      ...ofSecretManifests(text),
      ...(isContainer(path) ? ofPublishedStores(text) : []),
    ];
  return [];
}

const MAX_SQL = 300_000;

/** `INSERT INTO users (name, password) VALUES ('admin', '...')`: who reads the file signs in, wherever it was run. */
function ofDatabase(path: string, text: string): readonly FileSecret[] {
  if (
    text.length > MAX_SQL ||
    NOT_KEPT.test(path) ||
    /(?:tests?|demo|sample|example|mock|fixtures?|dev)\b/i.test(basename(path))
  )
    return [];
  const found = insertedPassword(text.replace(/^[ \t]*--.*$/gm, (line) => " ".repeat(line.length)));
  return found === undefined
    ? []
    : [{ ...found, what: "The database begins with an account whose password stands here" }];
}

/** `ENV SESSION_SECRET=...`, also behind others and in the next line: what an image is given stays in its layers. */
const IMAGE_LINE = /^[ \t]*(ENV|ARG)[ \t]+((?:[^\n\\]|\\\r?\n|\\.)*)/gim;
const PAIR = /(?:^|[\s\\])([A-Za-z_]\w*)=(["']?)([^\s"'\\]+)\2/g;
const SINGLE = /^([A-Za-z_]\w*)[ \t]+["']?([^\s"'=]+)/;
const SECRET_NAME = /SECRET|PASSWORD|PASSWD|PRIVATE_KEY|API_KEY|AUTH_TOKEN/i;

function ofImage(text: string): readonly FileSecret[] {
  return [...text.matchAll(IMAGE_LINE)].flatMap((line) => {
    const [whole, kind = "", rest = ""] = line;
    const offset = line.index + whole.length - rest.length;
    const single = SINGLE.exec(rest);
    const pairs =
      single === null
        ? [...rest.matchAll(PAIR)].map((one) => ({
            at: one.index,
            whole: one[0],
            name: one[1] ?? "",
            value: one[3] ?? "",
          }))
        : [{ at: 0, whole: single[0], name: single[1] ?? "", value: single[2] ?? "" }];
    return pairs
      .filter(
        ({ name, value }) => isGiven(name, value) || (kind.toUpperCase() === "ENV" && isSet(name, value)),
      )
      .map(({ at, whole: pair, name, value }) => ({
        start: offset + at + pair.search(/\w/),
        end: offset + at + pair.length,
        what: `The image sets ${name}`,
        text: value,
      }));
  });
}

const isSet = (name: string, value: string): boolean =>
  SECRET_NAME.test(name) &&
  !isPlaceholder(value) &&
  !value.startsWith("$") &&
  !/^(?:true|false|\d{1,4})$/.test(value);

/** `- DB_PASS=swordfish`, `DB_PASS: "swordfish"`, `web: DB_PASS=swordfish node index.js`. */
const SETTING =
  /^(?:[ \t]*(?:-[ \t]+)?|\w+:[ \t])["']?([A-Z][A-Z\d_]*)["']?(?:=|:[ \t]+)["']?([^\s"'#]+)["']?/gm;
/** `- name: DB_PASS` and its `value: swordfish`, as Kubernetes has it. */
const NAME_AND_VALUE =
  /^[ \t]*-[ \t]+name:[ \t]+["']?([A-Z][A-Z\d_]*)["']?[ \t]*\r?\n[ \t]+value:[ \t]+["']?([^\s"'#]+)["']?/gm;
const UNIT = /^Environment="?([A-Z][A-Z\d_]*)=([^\s"']+)/gm;

function ofLines(text: string, pattern: RegExp): readonly FileSecret[] {
  return [...text.matchAll(pattern)].flatMap((match) => {
    const [whole, name = "", value = ""] = match;
    const start = match.index + whole.lastIndexOf(value);
    return secretOf(name, value).map((one) => ({ start, end: start + value.length, ...one }));
  });
}

/** A setting that holds a secret; `${TOKEN:-tangerine}` is one where the variable is not set. */
function secretOf(name: string, value: string): readonly Pick<FileSecret, "what" | "text">[] {
  const text = /^\$\{\w+:?-([^}$]+)\}$/.exec(value)?.[1] ?? value;
  const host = isStoreAddress(text) ? hostWithPassword(text) : undefined;
  if (host !== undefined) return [{ what: `The address of ${host} in ${name} contains a password`, text }];
  return isGiven(name, text) ? [{ what: `${name} is set here`, text }] : [];
}

const VARIABLE = /(?:^|[\s;&|])([A-Z][A-Z\d_]*)=(["']?)([^\s"';&|]+)\2/g;
const ADDRESS = /\b[a-z][a-z+]{1,20}:\/\/[^\s"'@/]{1,100}@[^\s"']+/g;
const NOT_STARTED =
  /(?:^|[:_-])(?:tests?|dev|develop|development|e2e|ci|local|debug|watch|lint|mocha|jest|cypress|example)(?:$|[:_-])/i;

/** `"start": "DB_PASS=swordfish node index.js"`. */
function ofScripts(text: string): readonly FileSecret[] {
  if (!/[A-Z]=|:\/\//.test(text)) return [];
  const scripts = Object.entries(
    (parseJson(text) as { scripts?: Record<string, unknown> } | undefined)?.scripts ?? {},
  );
  return scripts.flatMap(([script, command]) => {
    if (typeof command !== "string" || NOT_STARTED.test(script)) return [];
    const set = [...command.matchAll(VARIABLE)].flatMap(([, name = "", , value = ""]) =>
      secretOf(name, value).map((one) => ({ ...one, written: value })),
    );
    const addresses = [...command.matchAll(ADDRESS)].flatMap(([address]) =>
      secretOf("the script", address).map((one) => ({ ...one, written: address })),
    );
    return [...set, ...addresses].flatMap(({ written, ...one }) => {
      const start = text.indexOf(written, text.indexOf(`"${script}"`));
      return start === -1 ? [] : [{ start, end: start + written.length, ...one }];
    });
  });
}

/** `kind: Secret` with its values in it, in the clear or in base64. */
function ofSecretManifests(text: string): readonly FileSecret[] {
  const found: FileSecret[] = [];
  for (const part of text.matchAll(/(?:^|\n---)[\s\S]*?(?=\n---|$)/g)) {
    const [manifest] = part;
    if (manifest === "" || !/^kind:[ \t]*Secret[ \t]*$/m.test(manifest)) continue;
    for (const block of manifest.matchAll(/^(data|stringData):[ \t]*\r?\n((?:[ \t]+.*(?:\r?\n|$))+)/gm))
      for (const entry of (block[2] ?? "").matchAll(
        /^[ \t]+["']?([\w.-]+)["']?:[ \t]+["']?([^\s"'#|>]+)/gm,
      )) {
        const [whole, name = "", value = ""] = entry;
        const plain = block[1] === "data" ? Buffer.from(value, "base64").toString("utf8") : value;
        if (plain.length < 4 || isAnnounced(plain) || /^[$<{%]|\{\{/.test(value)) continue;
        if (!/pass|secret|token|key|credential|url|uri/i.test(name)) continue;
        const start =
          part.index +
          block.index +
          block[0].indexOf(block[2] ?? "") +
          entry.index +
          whole.lastIndexOf(value);
        found.push({
          start,
          end: start + value.length,
          what: `The manifest of a secret has ${name} in it`,
          text: plain,
        });
      }
  }
  return found;
}

function isGiven(name: string, value: string): boolean {
  const kind = credentialVariable(name);
  if (kind === undefined || value.length < 4 || isAnnounced(value)) return false;
  if (/^[$<{!%/.&*@-]|\{\{|:\/\/|^ENC\[|^(?:true|false|yes|no|null)$/i.test(value)) return false;
  return (
    kind !== "password" ||
    !(
      OF_IMAGES.test(value) ||
      /^root_?password$/i.test(value) ||
      name.toLowerCase().includes(value.toLowerCase())
    )
  );
}
