import { inProduction } from "../../../model/alternatives.ts";
import { isKnown } from "../../../model/values.ts";
import { alwaysAnswers, isTrue } from "../../kit/callbacks.ts";
import { option, optionSite, optionsOf } from "../../kit/options.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const TYPE_CHECK = /mimetype|fileTypeFromBuffer|fileTypeFromFile|file-type|magic/i;

export const rule: Rule = defineRule({
  id: "upload/no-type-check",
  title: "Uploads of any type are stored",
  severity: "medium",
  confidence: "medium",
  cwe: [434],
  asvs: ["5.2.2"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "An HTML or SVG file served from the app's own address runs its scripts as the app.",
  fix: "Pass a `fileFilter` with an allowlist, check the first bytes of the file, and give it a name and type of your own.",
  call: {
    names: ["multer"],
    run(call, context) {
      const options = optionsOf(call);
      const filter = inProduction(option(call, "fileFilter"));
      const letsAllPass = filter.k === "fn" && alwaysAnswers(filter.node, 2, isTrue);
      if (options.k !== "obj" || !(letsAllPass || isKnown(filter, undefined))) return;
      if (isKnown(option(call, "dest"), undefined) && isKnown(option(call, "storage"), undefined)) return;
      // A name that is kept has its extension read; next to a filter that asks nothing, that is no check.
      const check = letsAllPass ? TYPE_CHECK : new RegExp(`${TYPE_CHECK.source}|extname\\(`, "i");
      if (context.program.mention(check) !== undefined) return;
      context.report({
        at: letsAllPass ? optionSite(call, "fileFilter") : call.site,
        message: `${letsAllPass ? "The `fileFilter` lets every file pass" : "There is no `fileFilter`"}, and nothing looks at the type afterwards.`,
      });
    },
  },
});
