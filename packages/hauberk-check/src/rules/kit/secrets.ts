import { inProduction } from "../../model/alternatives.ts";
import type { Program } from "../../model/program.ts";
import type { Site, Value } from "../../model/values.ts";
import { escapeForPattern } from "./patterns.ts";

/** Given to browsers, made up for tests, or words of a language. */
export const NOT_KEPT: RegExp =
  /(?:^|\/)(?:public|static|assets|client|frontend|www|web|locales?|i18n|lang|translations|seeds?|migrations|(?:test|mock|fixture|example|demo)[\w-]*)\//;

export interface LiteralSecret {
  readonly text: string;
  readonly site: Site | undefined;
  /** Used only when an environment variable is not set. */
  readonly isFallback: boolean;
}

/** The secrets a value may be, as far as they stand in the source. */
export function literalSecrets(value: Value, isFallback: boolean = false): readonly LiteralSecret[] {
  const one = inProduction(value);
  switch (one.k) {
    case "prim":
      return typeof one.v === "string" && one.v !== "" ? [{ text: one.v, site: one.site, isFallback }] : [];
    case "fallback":
      return [...literalSecrets(one.left, isFallback), ...literalSecrets(one.right, true)];
    case "either":
      return one.values.flatMap((each) =>
        literalSecrets(each, isFallback || one.values.some((other) => other.k === "env")),
      );
    case "arr":
      return one.items.flatMap((each) => literalSecrets(each, isFallback));
    default:
      return [];
  }
}

/** The measurements of secrets read from a running app. */
export function measuredSecrets(value: Value): readonly Extract<Value, { k: "secret" }>[] {
  if (value.k === "secret") return [value];
  return value.k === "arr" ? value.items.flatMap(measuredSecrets) : [];
}

/**
 * Whether the program refuses to start without the variable that a fallback stands in for, in production at least:
 * `if (isProduction && !process.env.SECRET) throw ...`. The literal then serves development only.
 */
export function isDemanded(value: Value, program: Program): boolean {
  return variablesOf(inProduction(value)).some((name) => isVariableDemanded(name, program));
}

export const isVariableDemanded = (name: string, program: Program): boolean =>
  program.mention(
    new RegExp(
      String.raw`\bif\s*\([^{};]{0,200}!\s*process\.env\.${escapeForPattern(name)}(?![\w$])[^{};]{0,200}\)\s*\{?[^{}]{0,300}?(?:\bthrow\s|process\.exit\()`,
    ),
  ) !== undefined;

/** The variables of the environment that a value is, or that it falls back from. */
export function variablesOf(value: Value): readonly string[] {
  if (value.k === "env") return [value.name];
  if (value.k === "fallback") return variablesOf(value.left);
  return value.k === "either" ? value.values.flatMap(variablesOf) : [];
}
