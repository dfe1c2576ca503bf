import { rootPackage } from "../../../model/values.ts";
import { checkSink, type Sink } from "../../kit/sinks.ts";
import { named } from "../../kit/request-data.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";

const SINKS: readonly Sink[] = [{ callee: /^(?:yaml|YAML|jsYaml|jsyaml|\?)\.load$/ }];

export const rule: Rule = defineRule({
  id: "inject/deserialize",
  title: "Data is turned into objects that can run code",
  severity: "critical",
  confidence: "high",
  cwe: [502],
  asvs: ["1.5.2"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "The serialised text may contain functions, and reading it runs them.",
  fix: "Use JSON, and check the shape of the result.",
  call: {
    names: [
      "node-serialize.unserialize",
      "serialize-to-js.deserialize",
      "funcster.deepDeserialize",
      "cryo.parse",
    ],
    run(call, context) {
      context.report({ at: call.site, message: `${call.name}() runs code that is in the data.` });
    },
  },
  callees: SINKS.map((one) => one.callee),
  visit: {
    CallExpression(node, context) {
      checkSink(node, context, SINKS, ({ source, at, related }) => {
        if (rootPackage(context.value(node))?.name !== "js-yaml") return;
        const major = majorOf(context);
        if (major === undefined)
          context.unchecked(
            `js-yaml before version 4 makes functions of what ${named(source)} says, and its version is not known`,
            at,
          );
        else if (major < 4)
          context.report({
            at,
            related,
            message: `js-yaml before version 4 makes functions of what ${named(source)} says.`,
            fix: "Move on to js-yaml 4, or call yaml.safeLoad().",
          });
      });
    },
  },
});

/** `!!js/function` is part of what `load` reads in js-yaml 3 and older. */
function majorOf({ program, module }: NodeContext): number | undefined {
  const major = /\d+/.exec(program.packages.versionOf("js-yaml", module.path) ?? "")?.[0];
  return major === undefined ? undefined : Number(major);
}
