import { plural } from "./plural.ts";
import type { ProjectFiles } from "../files/project-files.ts";
import { SEVERITIES } from "../rules/rule.ts";
import { hasApp, type Finding, type Report } from "./finding.ts";
import { codeFrame } from "./frame.ts";
import { hider, secretTexts } from "./hide.ts";
import { escapeHtml, sentenceHtml } from "./escape.ts";
import { routePicture } from "./svg.ts";
import { STYLE } from "./style.ts";

/** One file, no script, nothing fetched: it can be mailed, archived, and opened from a disk. */
export function html(report: Report, files: Pick<ProjectFiles, "read">): string {
  const secrets = secretTexts(report.secretPlaces, files);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>hauberk-check report</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>hauberk-check</h1>
<p>${summaryLine(report)}</p>
<ul class="counts">${SEVERITIES.map((severity) => countOf(report, severity)).join("")}</ul>
</header>
<main>
<section><h2>Findings</h2>
${report.findings.length === 0 ? "<p>Nothing found.</p>" : report.findings.map((one) => card(one, files, secrets)).join("\n")}
</section>
<section><h2>What each route passes</h2>
<p>From left to right, in the order a request meets it. Dashed: only under a condition. Red: missing.</p>
${report.apps.map((app) => pictures(app)).join("\n")}
</section>
<section><h2>Not checked</h2>
${notChecked(report)}
</section>
</main>
</body>
</html>
`;
}

function summaryLine(report: Report): string {
  if (report.apps.length === 0) return "No Express app found: nothing was checked.";
  if (!hasApp(report) && report.findings.length === 0)
    return "No Express app found: nothing is wrong in the routers themselves, and what mounts them was not seen.";
  const sources = plural(report.files, "source", "sources");
  const lines = plural(report.lines, "line", "lines");
  return `${plural(report.rules, "rule", "rules")} over ${sources} (${lines}), lenses: ${report.lenses.join(", ")}.`;
}

function countOf(report: Report, severity: Finding["severity"]): string {
  const count = report.findings.filter((one) => one.severity === severity).length;
  return `<li class="${severity}"><b>${String(count)}</b> ${severity}</li>`;
}

function card(finding: Finding, files: Pick<ProjectFiles, "read">, secrets: readonly string[]): string {
  const { place } = finding;
  const text = place === undefined ? undefined : files.read(place.file);
  const frame =
    text === undefined || place === undefined
      ? ""
      : `<pre tabindex="0"><code>${escapeHtml(codeFrame(text, place, undefined, hider(finding.rule, place.file, secrets)))}</code></pre>`;
  const where =
    place === undefined ? "the running app" : `${place.file}:${String(place.line)}:${String(place.column)}`;
  const evidence = finding.evidence.map(
    (one) =>
      `<li${one.agrees ? "" : ' class="against"'}><b>${one.lens}${one.agrees ? "" : " disagrees"}</b> ${sentenceHtml(one.message)}${evidencePlace(one)}</li>`,
  );
  const tags = [...finding.cwe.map((cwe) => `CWE-${String(cwe)}`), ...finding.asvs.map((id) => `ASVS ${id}`)];
  return `<article class="${finding.severity}">
<h3><span class="badge">${finding.severity}</span> ${sentenceHtml(finding.title)} <code>${escapeHtml(finding.rule)}</code></h3>
<p class="where">${escapeHtml(where)} &middot; ${finding.confidence} confidence &middot; ${tags.map(escapeHtml).join(", ")}</p>
<p>${sentenceHtml(finding.message)}</p>
${frame}
<dl><dt>Why</dt><dd>${sentenceHtml(finding.why)}</dd><dt>Fix</dt><dd>${sentenceHtml(finding.fix)}</dd></dl>
${finding.evidence.length > 1 ? `<ul>${evidence.join("")}</ul>` : ""}
</article>`;
}

function evidencePlace({ place, url }: Finding["evidence"][number]): string {
  const where = place === undefined ? url : `${place.file}:${String(place.line)}`;
  return where === undefined ? "" : ` <code>${escapeHtml(where)}</code>`;
}

function pictures(app: Report["apps"][number]): string {
  if (app.routes.length === 0) return "";
  const where = app.place === undefined ? "the running app" : `${app.place.file}:${String(app.place.line)}`;
  const title = `<h3>${escapeHtml(where)} <small>Express ${String(app.express)}, ${app.lens} lens, ${String(app.routes.length)} routes</small></h3>`;
  return `${title}\n${app.routes.map(routePicture).join("\n")}`;
}

function notChecked(report: Report): string {
  const rows = [
    ...report.notAnalysed.map((one) => `${one.path}: not analysed, ${one.reason}`),
    ...report.notChecked.map(
      (one) =>
        `${one.rule}: ${one.reason}${one.place === undefined ? "" : ` (${one.place.file}:${String(one.place.line)})`}`,
    ),
  ];
  return rows.length === 0
    ? "<p>Every rule that applies was decided.</p>"
    : `<ul>${rows.map((row) => `<li>${sentenceHtml(row)}</li>`).join("\n")}</ul>`;
}
