import { RULES } from "../rules/registry.ts";
import type { Place, Rule, Severity } from "../rules/rule.ts";
import { hasApp, type Finding, type Report } from "./finding.ts";
import { visibleJson } from "./visible.ts";

const SCORES: Readonly<Record<Severity, string>> = {
  critical: "9.5",
  high: "8.0",
  medium: "5.5",
  low: "2.5",
  info: "0.0",
};
const LEVELS: Readonly<Record<Severity, string>> = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "note",
  info: "note",
};
const PRECISION: Readonly<Record<Rule["confidence"], string>> = {
  high: "very-high",
  medium: "high",
  low: "medium",
};

/** SARIF 2.1.0 with what GitHub code scanning reads. */
export function sarif(report: Report, version: string): string {
  const used = RULES.filter((rule) => report.findings.some((one) => one.rule === rule.id));
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: { name: "hauberk-check", version, semanticVersion: version, rules: used.map(describeRule) },
        },
        automationDetails: { id: `hauberk-check/${report.lenses.join("+")}/` },
        columnKind: "utf16CodeUnits",
        results: report.findings.map((one) => describe(one, used, report)),
        invocations: [
          {
            executionSuccessful: hasApp(report),
            toolExecutionNotifications: report.notAnalysed.map((one) => ({
              level: "warning",
              message: { text: `${one.path}: not analysed, ${one.reason}` },
            })),
          },
        ],
      },
    ],
  };
  return visibleJson(`${JSON.stringify(log, undefined, 2)}\n`);
}

function describeRule(rule: Rule): object {
  return {
    id: rule.id,
    name: rule.id.replace(/(?:^|[/-])(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.why },
    help: { text: `${rule.why}\n\nFix: ${rule.fix}`, markdown: `${rule.why}\n\n**Fix:** ${rule.fix}` },
    defaultConfiguration: { level: LEVELS[rule.severity] },
    properties: {
      "security-severity": SCORES[rule.severity],
      precision: PRECISION[rule.confidence],
      tags: [
        "security",
        ...rule.cwe.map((cwe) => `external/cwe/cwe-${String(cwe).padStart(3, "0")}`),
        ...rule.asvs.map((id) => `asvs/${id}`),
      ],
    },
  };
}

function describe(finding: Finding, rules: readonly Rule[], report: Report): object {
  // A result without a file is not shown by GitHub, so what only the running app showed is pinned to the app.
  const place = finding.place ?? report.apps.find((app) => app.place !== undefined)?.place ?? fallbackPlace;
  const urls = finding.evidence.flatMap((one) => (one.url === undefined ? [] : [one.url]));
  return {
    ruleId: finding.rule,
    ruleIndex: rules.findIndex((rule) => rule.id === finding.rule),
    level: LEVELS[finding.severity],
    message: {
      text: `${finding.message} ${finding.fix}${urls.length === 0 ? "" : ` Seen at ${urls.join(", ")}.`}`,
    },
    locations: [locationOf(place)],
    relatedLocations: finding.related.map((one, id) => ({
      id,
      message: { text: one.message },
      ...locationOf(one.place),
    })),
    partialFingerprints: { "hauberkCheck/v1": finding.fingerprint },
  };
}

const fallbackPlace: Place = { file: "package.json", line: 1, column: 1, endLine: 1, endColumn: 1 };

function locationOf(place: Place): object {
  return {
    physicalLocation: {
      artifactLocation: {
        uri: place.file.toWellFormed().split("/").map(encodeURIComponent).join("/"),
        uriBaseId: "%SRCROOT%",
      },
      region: {
        startLine: place.line,
        startColumn: place.column,
        endLine: place.endLine,
        endColumn: place.endColumn,
      },
    },
  };
}
