import { viewsOf } from "../../../engine/views.ts";
import { isDatabaseFile, isKey } from "../../../files/kinds.ts";
import type { ProjectFiles } from "../../../files/project-files.ts";
import { remembered } from "../../../remembered.ts";
import { parentOf } from "../../../parse/ast.ts";
import type { Part } from "../../../model/parts.ts";
import type { AppView } from "../../../model/view.ts";
import { has } from "../../../engine/protections.ts";
import { keyName } from "../../kit/nodes.ts";
import { staticRoots, type StaticRoot } from "../../kit/static-roots.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

/** Keys, settings, and what fills a database: of all files of a project, which each of its applications would look through, hardly any. */
const candidates = remembered(({ list }: ProjectFiles): readonly string[] =>
  list.filter((path) => isKey(path) || isDatabaseFile(path) || path.endsWith(".env")),
);

/** Below the folder, and not hidden, which express.static leaves alone. */
function isKept(path: string, folder: string, files: ProjectFiles): boolean {
  if (!path.startsWith(`${folder}/`) || /\/\./.test(path.slice(folder.length))) return false;
  if (isKey(path)) return /PRIVATE KEY-----/.test(files.read(path) ?? "");
  return !isDatabaseFile(path) || /\bINSERT\s+INTO\b/i.test(files.read(path) ?? "");
}

const NOT_FOR_ALL =
  /(?:^|\/)((?:(?:db|database|sql)[-_]?)?(?:backups?|dumps?)|private|protected|secrets?|confidential|internal|logs)$/i;

/** `app.use("/backup", express.static("backup"))`, with nothing beside it or before it that asks who is there. */
function notForAll({ path, site }: StaticRoot, { steps }: AppView): string | undefined {
  const name = NOT_FOR_ALL.exec(path)?.[1];
  const use = name === undefined ? undefined : parentOf(site.node);
  if (use?.type !== "CallExpression" || use.callee.type !== "MemberExpression") return undefined;
  const isAlone =
    keyName(use.callee.property) === "use" &&
    use.arguments.every((one) => one === site.node || one.type === "StringLiteral");
  return isAlone && !steps.some((step) => mayAsk(step.parts)) ? name : undefined;
}

/** What nobody here knows may ask who is there as well. */
const mayAsk = (parts: readonly Part[]): boolean =>
  has(parts, "auth", "token-auth") || parts.some(({ facts }) => facts?.callsNext === true && facts.refuses);

export const rule: Rule = defineRule({
  id: "static/sensitive-file",
  title: "A file that should never leave the server is served",
  severity: "high",
  confidence: "high",
  cwe: [538],
  asvs: ["13.4.1"],
  lenses: ["source", "live"],
  express: ALL_EXPRESS,
  why: "It holds secrets, the history of the source, or the exact versions of everything installed.",
  fix: "Serve only a folder of public files, and deny hidden files.",
  app({ view, program, report }) {
    if (view !== viewsOf(program)[0]) return;
    const { files } = program;
    for (const root of staticRoots(program)) {
      // The project's own folder, and all that is in it, is what static/project-root speaks of.
      const file =
        root.path === "" ? undefined : candidates(files).find((path) => isKept(path, root.path, files));
      if (file !== undefined) report({ at: root.site, message: `${file} lies in a folder that is served.` });
      const name = file === undefined ? notForAll(root, view) : undefined;
      if (name !== undefined)
        report({
          at: root.site,
          message: `The folder ${name} is served to whoever asks, and by its name it is not for them.`,
          severity: "medium",
        });
    }
  },
  live({ facts, report }) {
    for (const answer of facts.exposed)
      report({
        url: answer.url,
        message: `Answered ${String(answer.status)} with the content of such a file.`,
      });
  },
});
