import { basename } from "../../../files/paths.ts";
import { isCommitted } from "../../kit/committed.ts";
import { namedWhereItRuns } from "../../kit/variable-files.ts";
import { escapeForPattern } from "../../kit/patterns.ts";
import { ALL_EXPRESS, defineRule, type FileContext, type Rule } from "../../rule.ts";
import { secretSettings } from "./settings.ts";

const STAGE = "production|prod|live|staging|stage|local|development|dev|docker|backend|server|api|secrets?";
/** What an editor, a script or a careful person leaves beside it: `.env.bak`, `.env.old`, `.env.2024-05-01`, `.env~`. */
const COPY = String.raw`bak|backup|old|orig|save|saved|copy|prev|previous|swp|\d[\d_-]*`;
const NAME = new RegExp(String.raw`^\.env(?:[._-](?:${STAGE}|${COPY})){0,3}~?$|^(?:${STAGE})\.env$`, "i");
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
  doc: "Its copies (`.env.bak`, `.env.old`), those of a stage (`.env.production`) and an example that the app is started with count as well.",
  file(context) {
    const name = basename(context.path);
    // The sources are searched for the names of settings alone: a project can have thousands of templates.
    if (!NAME.test(name) && !(EXAMPLE.test(name) && isUsed(name, context))) return;
    const [first, ...others] = secretSettings(context.text);
    if (first === undefined || !isInRepository(context)) return;
    context.report({
      at: context.place(first.start, first.start + first.name.length),
      message: `${String(others.length + 1)} secrets are set in it, ${first.name} first.`,
    });
  },
});

const isUsed = (name: string, context: FileContext): boolean =>
  isLoaded(name, context) || namedWhereItRuns(context.program.files).has(context.path);

function isInRepository({ program, path, unchecked }: FileContext): boolean {
  const committed = isCommitted(program.files, path);
  if (committed === undefined) unchecked(`${path} exists; whether it is in a repository is not known`);
  return committed === true;
}
