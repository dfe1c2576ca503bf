import { existsSync, readFileSync, readdirSync } from "node:fs";
import type { Example } from "./rule.ts";

/** Every `<group>/<rule>` folder that holds a rule, in order. */
export function ruleFolders(root: URL): readonly string[] {
  const groups = readdirSync(root, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && entry.name !== "kit",
  );
  return groups
    .flatMap((group) => readdirSync(new URL(`${group.name}/`, root)).map((name) => `${group.name}/${name}`))
    .filter((id) => existsSync(new URL(`${id}/rule.ts`, root)))
    .toSorted();
}

/** The text of all.ts for these folders. */
export function allSource(ids: readonly string[]): string {
  const lines = ids.map((id) => `export { rule as ${name(id)} } from "./${id}/rule.ts";`);
  return `${lines.join("\n")}\n`;
}

const name = (id: string): string => id.replace(/[/-](\w)/g, (_, letter: string) => letter.toUpperCase());

/** What two fixtures of one name may be longer than the shortest one: they show one thing twice. */
const WORTH_OF_A_PAIR = 1.5;

/**
 * The shortest fixture that fires and the shortest that does not, or a pair of one name that is hardly longer: of the many
 * forms of a fault the plainest is shown. `undefined` for rules of the live lens, whose fixtures are answers: their example
 * stands in the rule.
 */
export function exampleOf(root: URL, id: string): Example | undefined {
  const [fires = [], clean = []] = ["fires", "clean"].map((kind) =>
    codeFixtures(new URL(`${id}/fixtures/${kind}/`, root)),
  );
  const [shortest] = fires;
  if (shortest === undefined) return undefined;
  const named = (file: string): Shown | undefined => clean.find((one) => one.file === file);
  const pair = fires.find(({ file, isOld }) => isOld === shortest.isOld && named(file) !== undefined);
  const isPair = pair !== undefined && pair.text.length <= shortest.text.length * WORTH_OF_A_PAIR;
  const faulty = isPair ? pair : shortest;
  const fixed = named(faulty.file) ?? clean[0];
  return fixed === undefined ? undefined : { faulty: faulty.text, fixed: fixed.text };
}

interface Shown {
  readonly file: string;
  readonly text: string;
  readonly isOld: boolean;
}

function codeFixtures(folder: URL): readonly Shown[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => !file.endsWith(".live.json"))
    .map((file) => ({ file, raw: readFileSync(new URL(file, folder), "utf8") }))
    .map(({ file, raw }) => ({ file, text: shownText(raw), isOld: isForOldExpress(raw) }))
    .toSorted(
      (a, b) =>
        Number(a.isOld) - Number(b.isOld) || a.text.length - b.text.length || (a.file < b.file ? -1 : 1),
    );
}

const MIN_SOURCE = 60;

const isForOldExpress = (text: string): boolean =>
  /^\/\/ express: (?![\d ]*[45])/m.test(text) ||
  /express\.(?:session|csrf|cookieParser|bodyParser|directory)\(/.test(text);

/** The code without the marks of the tests: the manifest, the versions of Express, the lines that fire. */
function shownText(text: string): string {
  const files = text.split(/^==> /m).filter((file) => file !== "");
  const sources = files.filter((file) => !/^package(?:-lock)?\.json\n/.test(file));
  // A manifest is shown where it is what the fixture is about: nothing else in it says more than that there is an app.
  const isAboutManifest = sources.every((file) => file.length < MIN_SOURCE);
  const shown = isAboutManifest ? files : sources;
  return (text.startsWith("==> ") ? shown.map((file) => `// ${file}`).join("") : text)
    .replace(/^\/\/ express: [\d ]+\n/m, "")
    .replace(/(?:\/\/|#|--|<!--|\/\/-) ?<- fires(?: -->)?/g, "// <- here")
    .replaceAll("$EXPRESS", "5.3.0")
    .trim();
}

/** The text of examples.ts. */
export function examplesSource(root: URL, ids: readonly string[]): string {
  const found = Object.fromEntries(
    ids.flatMap((id) => {
      const example = exampleOf(root, id);
      return example === undefined ? [] : [[id, example]];
    }),
  );
  return `import type { Example } from "./rule.ts";

/** Written by packages/hauberk-check/scripts/generate.ts from the fixtures of the rules. */
export const EXAMPLES: Readonly<Record<string, Example>> = ${JSON.stringify(found, undefined, 2)};
`;
}
