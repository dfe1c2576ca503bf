import { parseIgnore } from "../../../files/ignore.ts";
import { basename } from "../../../files/paths.ts";
import { escapeForPattern } from "../../kit/patterns.ts";
import { ALL_EXPRESS, defineRule, type FileContext, type Rule } from "../../rule.ts";

const SETTING = /^[ \t]*(?:export[ \t]+)?([A-Z0-9_]+)[ \t]*=[ \t]*(["']?)([^\s"'#]+)\2/gm;
const SECRET = /(?:SECRET|PASSWORD|PASSWD|TOKEN|API_?KEY|PRIVATE_?KEY|DATABASE_URL)$/;
const EMPTY =
  /^(?:<.*>|x{3,}|\.{3}|change_?me|your[_-].*|todo|null|undefined|\$\{.*|example.*|placeholder.*|test|dev)$/i;

const NAME = /^\.env(?:\.(?:production|prod|local|development|staging))?$/;
const EXAMPLE = /^\.?env(?:\.|$)|\.env$/;

/** `dotenv.config({ path: ".env.example" })`: an example that the app runs with is none. */
const isLoaded = (name: string, { program }: FileContext): boolean =>
  program.mention(
    new RegExp(String.raw`\bpath\s*:[^,}\n]{0,80}["'\x60/]${escapeForPattern(name)}["'\x60]`),
  ) !== undefined;

export const rule: Rule = defineRule({
  id: "secret/dotenv-committed",
  title: "The .env file is in the repository",
  severity: "high",
  confidence: "high",
  cwe: [538],
  asvs: ["13.3.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Its secrets are in every clone, for as long as the history lives.",
  fix: "Replace the secrets, remove the file from the repository, list it in .gitignore and keep an .env.example without values.",
  file(context) {
    const name = basename(context.path);
    // The sources are searched for the names of settings alone: a project can have thousands of templates.
    if (!NAME.test(name) && !(EXAMPLE.test(name) && isLoaded(name, context))) return;
    if (!isCommitted(context)) return;
    const secrets = [...context.text.matchAll(SETTING)].filter(
      (match) =>
        isSecret(match[1] ?? "") &&
        !EMPTY.test(match[3] ?? "") &&
        // "Your session secret": the first word is all that the expression above takes.
        !/^your$/i.test(match[3] ?? "") &&
        !/localhost|127\.0\.0\.1/.test(match[3] ?? ""),
    );
    const [first] = secrets;
    if (first === undefined) return;
    context.report({
      at: context.place(first.index, first.index + (first[1]?.length ?? 0)),
      message: `${String(secrets.length)} secrets are set in it, ${first[1] ?? ""} first.`,
    });
  },
});

/** Git's index names every file it tracks; without a repository, .gitignore says what would be tracked. */
function isCommitted({ program, path, unchecked }: FileContext): boolean {
  const index = program.files.read(".git/index");
  if (index !== undefined)
    return new RegExp(String.raw`(?:^|[^\w./-])${path.replaceAll(".", String.raw`\.`)}\0`).test(index);
  const ignore = program.files.read(".gitignore");
  if (ignore !== undefined) return !parseIgnore(ignore)(path, false);
  unchecked(`${path} exists; whether it is in a repository is not known`);
  return false;
}

function isSecret(name: string): boolean {
  return SECRET.test(name) || (name.includes("MONGO") && /UR[IL]$/.test(name));
}
