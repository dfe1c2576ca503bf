import { dirname } from "../../../files/paths.ts";
import { viewsOf } from "../../../engine/views.ts";
import { staticRoots } from "../../kit/static-roots.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "static/project-root",
  title: "The program itself is served",
  severity: "high",
  confidence: "high",
  cwe: [552],
  asvs: ["13.4.7"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Source, package.json and configuration can be fetched, with whatever secrets they hold.",
  fix: "Serve a folder that holds nothing but public files.",
  app({ view, program, report }) {
    if (view === viewsOf(program)[0]) {
      for (const root of staticRoots(program)) {
        const holdsManifest = program.files.has(
          root.path === "" ? "package.json" : `${root.path}/package.json`,
        );
        const holdsItself = root.isAbsolute && dirname(root.site.module.path) === root.path;
        if (/(?:^|\/)node_modules$/.test(root.path))
          report({
            at: root.site,
            message: `All of ${root.path} is served: which packages the app runs, in which versions, and every file in them.`,
            fix: "Serve the one folder of the one package that pages need, `node_modules/bootstrap/dist`.",
          });
        else if (holdsManifest || holdsItself)
          report({
            at: root.site,
            message: `${root.path === "" ? "The project's own folder" : `The folder ${root.path}`} is served, with ${holdsManifest ? "package.json" : root.site.module.path} in it.`,
          });
      }
    }
  },
});
