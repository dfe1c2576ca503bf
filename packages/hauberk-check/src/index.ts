export { check, type CheckOptions } from "./check.ts";
export { checkApp } from "./check-app.ts";
export { selectRules, unknownRules } from "./select.ts";
export { memoryFiles, type ProjectFiles, type Skipped } from "./files/project-files.ts";
export { MissingFolder } from "./files/discover.ts";
export type { LiveOptions } from "./live/probe.ts";
export type {
  AppSummary,
  Evidence,
  Finding,
  NotChecked,
  Related,
  Report,
  RouteTrace,
} from "./report/finding.ts";
export { github } from "./report/github.ts";
export { html } from "./report/html.ts";
export { json } from "./report/json.ts";
export { pretty } from "./report/pretty.ts";
export { sarif } from "./report/sarif.ts";
export { RULES } from "./rules/registry.ts";
export type { Confidence, Edit, Lens, Place, RuleMeta, Severity } from "./rules/rule.ts";
