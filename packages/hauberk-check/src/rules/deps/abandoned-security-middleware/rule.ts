import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const ABANDONED: ReadonlyMap<string, string> = new Map([
  ["csurf", "Check the Sec-Fetch-Site and Origin headers, or use csrf-sync (tokens in the session)."],
  ["express-mongo-sanitize", "Validate each field to the type it must have before it reaches a query."],
  ["xss-clean", "Escape where the text is put into HTML; templates do so by default."],
  ["express-brute", "Use express-rate-limit with a shared store."],
  ["connect-multiparty", "Use multer or busboy on the routes that take files."],
  ["express-sanitizer", "Escape where the text is put into HTML; templates do so by default."],
  ["express-csp-header-legacy", "Use helmet."],
  ["node-sspi", "Use a maintained sign-in library."],
  ["passport-http-bearer-legacy", "Use a maintained sign-in library."],
]);

export const rule: Rule = defineRule({
  id: "deps/abandoned-security-middleware",
  title: "A protection is no longer maintained",
  severity: "medium",
  confidence: "high",
  cwe: [1104],
  asvs: ["15.2.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Nobody fixes holes in it any more, and it was not written for the Express and the browsers of today.",
  fix: "Replace it with a maintained protection.",
  file(context) {
    if (!context.path.endsWith("package.json")) return;
    const manifest = context.program.packages.manifests.find((one) => one.path === context.path);
    for (const name of manifest?.dependencies.keys() ?? []) {
      const advice = ABANDONED.get(name);
      const at = advice === undefined ? null : new RegExp(String.raw`"${name}"\s*:`).exec(context.text);
      if (advice === undefined || at === null) continue;
      context.report({
        at: context.place(at.index, at.index + at[0].length),
        message: `${name} is archived or abandoned.`,
        fix: advice,
      });
    }
  },
});
