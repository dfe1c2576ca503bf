import { viewsOf } from "../../../engine/views.ts";
import { isDatabaseFile, isKey } from "../../../files/kinds.ts";
import type { ProjectFiles } from "../../../files/project-files.ts";
import { remembered } from "../../../remembered.ts";
import { staticRoots } from "../../kit/static-roots.ts";
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
