import { isKnown } from "../../../model/values.ts";
import { option, optionsOf } from "../../kit/options.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

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
      if (options.k !== "obj" || !isKnown(option(call, "fileFilter"), undefined)) return;
      if (isKnown(option(call, "dest"), undefined) && isKnown(option(call, "storage"), undefined)) return;
      const checked =
        context.program.mention(/mimetype|fileTypeFromBuffer|fileTypeFromFile|file-type|extname\(|magic/i) !==
        undefined;
      if (!checked)
        context.report({
          at: call.site,
          message: "There is no `fileFilter`, and nothing looks at the type afterwards.",
        });
    },
  },
});
