import { inProduction } from "../../../model/alternatives.ts";
import { property } from "../../../model/properties.ts";
import { isKnown, UNDEFINED } from "../../../model/values.ts";
import { option, optionSite, optionsOf } from "../../kit/options.ts";
import { sizeOf } from "../../kit/sizes.ts";
import { ALL_EXPRESS, defineRule, type Context, type PackageCall, type Rule } from "../../rule.ts";

/** multer, with the options at the end. */
const NEST: readonly string[] = ["File", "Files", "FileFields", "AnyFiles"].map(
  (kind) => `@nestjs/platform-express.${kind}Interceptor`,
);
const FORMIDABLE: readonly string[] = ["formidable", "formidable.formidable", "formidable.IncomingForm"];

export const rule: Rule = defineRule({
  id: "upload/no-limits",
  title: "Uploads have no size limit",
  severity: "medium",
  confidence: "high",
  cwe: [770, 434],
  asvs: ["5.2.1"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "The default is no limit: one request fills the memory or the disk.",
  fix: "Pass `limits: { fileSize: ..., files: ... }` with what the app needs.",
  call: {
    names: ["multer", "express-fileupload", ...FORMIDABLE, ...NEST],
    run(call, context) {
      const isOfNest = NEST.includes(call.name);
      // `MulterModule.register({ limits })` says it for all of a module.
      if (isOfNest && context.program.mention(/\bMulterModule\b/) !== undefined) return;
      const at = isOfNest ? Math.max(0, call.args.length - 1) : 0;
      const given = optionsOf(call, at);
      // The name of a field, how many files, or a list of fields.
      const options = isOfNest && (given.k === "prim" || given.k === "arr") ? UNDEFINED : given;
      if (FORMIDABLE.includes(call.name)) {
        // Its default is a limit; only one that is taken away is said.
        if (sizeOf(option(call, "maxFileSize")) === Number.POSITIVE_INFINITY)
          context.report({ at: optionSite(call, "maxFileSize"), message: "`maxFileSize` is Infinity." });
        return;
      }
      if (options.k !== "obj" && !isKnown(options, undefined)) return;
      const limits = inProduction(options.k === "obj" ? option(call, "limits", at) : UNDEFINED);
      const isSet =
        limits.k !== "obj" ? !isKnown(limits, undefined) : !isKnown(property(limits, "fileSize"), undefined);
      if (isSet && isCutOff(call, context)) {
        context.report({
          at: optionSite(call, "abortOnLimit"),
          message: "A file above the limit is cut off, and its beginning stored as if it were the file.",
          fix: "Set `abortOnLimit: true`, or refuse a file whose `truncated` is set.",
          severity: "low",
        });
      }
      if (isSet || onlyFields(call.site.module.text)) return;
      context.report({
        at: options.k === "obj" ? optionSite(call, "limits", at) : call.site,
        message: isKnown(limits, undefined) ? "No `limits` are given." : "`limits` has no `fileSize`.",
      });
    },
  },
});

/** express-fileupload goes on with what fits, unless it is told to stop or somebody looks at `truncated`. */
function isCutOff(call: PackageCall, { program }: Context): boolean {
  if (call.name !== "express-fileupload" || optionsOf(call).k !== "obj") return false;
  const stops = inProduction(option(call, "abortOnLimit"));
  return (
    (isKnown(stops, undefined) || isKnown(stops, false)) &&
    isKnown(option(call, "limitHandler"), undefined) &&
    program.mention(/\btruncated\b/) === undefined
  );
}

/** `multer().none()` takes no files at all. */
const onlyFields = (text: string): boolean =>
  text.split("multer(").some((call) => /^[^)]*\)\s*\.none\(\)/.test(call));
