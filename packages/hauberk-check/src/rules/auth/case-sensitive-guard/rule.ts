import type { Part } from "../../../model/parts.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "auth/case-sensitive-guard",
  title: "A guard tells /admin and /Admin apart, the routes do not",
  severity: "high",
  confidence: "medium",
  cwe: [178],
  asvs: ["8.2.1"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "Express matches paths without regard to case: /ADMIN passes the guard and reaches the handler.",
  fix: 'Mount the guard on the path as a string, `app.use("/admin", guard)`, or give the regular expression the `i` flag.',
  app({ view, report }) {
    if (view.settings.some((one) => one.name === "case sensitive routing")) return;
    // `app.all(/^\/admin/, guard)` stands before the routes as `app.use` does; Express 3 takes no expression elsewhere.
    for (const step of [...view.steps, ...view.endpoints.filter((one) => one.method === "all")]) {
      const guard = step.parts.find(isGuard);
      if (guard === undefined) continue;
      const pattern = step.paths.find((path) => path.kind === "regex");
      if (pattern?.kind === "regex" && !pattern.flags.includes("i") && /[a-z]{3}/i.test(pattern.source)) {
        report({ at: guard.site, message: `/${pattern.source}/ is case-sensitive.` });
      } else if (comparesPath(guard))
        report({ at: guard.site, message: "The guard compares the path itself, with case." });
    }
  },
});

const isGuard = (part: Part): boolean => part.role === "auth" || part.role === "token-auth";

/** `if (req.path.startsWith("/admin") && !user) refuse`: the protected paths are listed, so a variant is not protected. */
function comparesPath(part: Part): boolean {
  const source = part.facts?.source ?? "";
  const compared =
    /if\s*\(\s*\(?req(?:uest)?\.(?:path|url|originalUrl)(?:\.startsWith\(|\.match\(|\s*===)\s*["'/][^)]*\)?\s*&&/.exec(
      source,
    )?.[0];
  // `req.path === "/" && ...` has no other spelling.
  const hasLetters = compared !== undefined && /[a-z]/i.test(compared.slice(compared.search(/["'/]/)));
  return (hasLetters && !/toLowerCase/.test(source)) || testsPath(source.replace(/\s+/g, ""));
}

/** `if (/^\/admin/.test(req.path) && !user) refuse`, without its blanks; `/i` takes every spelling. */
const testsPath = (compact: string): boolean =>
  compact.includes("if(/^\\/") && /\/\.test\(req(?:uest)?\.(?:path|url|originalUrl)\)&&/.test(compact);
