import { check } from "./run.ts";
import { RULES } from "../rules/registry.ts";
import type { Rule } from "../rules/rule.ts";

/** The parts of ESLint's rule context that are used; no dependency on its types. */
interface LintContext {
  readonly filename: string;
  readonly sourceCode: { readonly text: string };
  readonly report: (problem: {
    readonly message: string;
    readonly loc: { readonly start: Position; readonly end: Position };
  }) => void;
}
interface Position {
  readonly line: number;
  readonly column: number;
}
export interface LintRule {
  readonly meta: {
    readonly type: "problem";
    readonly docs: { readonly description: string };
    readonly schema: readonly [];
  };
  readonly create: (context: LintContext) => { readonly Program: () => void };
}
export interface LintPlugin {
  readonly meta: { readonly name: string };
  readonly rules: Readonly<Record<string, LintRule>>;
  readonly configs: {
    readonly recommended: {
      readonly name: string;
      readonly rules: Readonly<Record<string, "error" | "warn">>;
    };
  };
}

/** Rules that one file decides: they look at expressions, or at one call and its options. */
export const SINGLE_FILE: readonly Rule[] = RULES.filter(
  (rule) => rule.app === undefined && (rule.visit !== undefined || rule.call !== undefined),
);

const name = (rule: Rule): string => rule.id.replaceAll("/", "-");

/** The flat-config plugin: `import hauberk from "hauberk-check/eslint"`, then `hauberk.configs.recommended`. */
const plugin: LintPlugin = {
  meta: { name: "hauberk-check" },
  rules: Object.fromEntries(SINGLE_FILE.map((rule) => [name(rule), toLintRule(rule)])),
  configs: {
    recommended: {
      name: "hauberk-check/recommended",
      rules: Object.fromEntries(
        SINGLE_FILE.map((rule) => [
          `hauberk-check/${name(rule)}`,
          rule.severity === "low" || rule.severity === "info" ? "warn" : "error",
        ]),
      ),
    },
  },
};

export default plugin;

function toLintRule(rule: Rule): LintRule {
  return {
    meta: { type: "problem", docs: { description: rule.title }, schema: [] },
    create: (context) => ({
      Program() {
        for (const { message, place } of check(rule, context.filename, context.sourceCode.text)) {
          context.report({
            message,
            loc: {
              start: { line: place.line, column: place.column - 1 },
              end: { line: place.endLine, column: place.endColumn - 1 },
            },
          });
        }
      },
    }),
  };
}
