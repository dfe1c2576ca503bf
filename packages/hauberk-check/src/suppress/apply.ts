import type { Finding } from "../report/finding.ts";
import { lineOf } from "../rules/places.ts";
import { shortHash } from "../rules/known-secrets.ts";
import type { Rule } from "../rules/rule.ts";
import type { ProjectFiles } from "../files/project-files.ts";
import type { Suppression } from "./comments.ts";

export interface Applied {
  readonly findings: readonly Finding[];
  readonly suppressed: number;
}

/** Removes what a valid comment answers for, and reports comments that are stale, expired or without a reason. */
export function applySuppressions(
  findings: readonly Finding[],
  comments: readonly Suppression[],
  meta: { readonly unused: Rule; readonly noReason: Rule; readonly ran: ReadonlySet<string> },
  files: ProjectFiles,
  today: string,
): Applied {
  const used = new Set<Suppression>();
  const kept = findings.filter((finding) => {
    const comment = comments.find((one) => answers(one, finding, today));
    if (comment !== undefined) used.add(comment);
    return comment === undefined;
  });
  const complaints = comments.flatMap((comment): Finding[] => {
    if (comment.reason === "")
      return [
        complaint(
          meta.noReason,
          comment,
          "This suppression gives no reason, so it suppresses nothing.",
          files,
        ),
      ];
    if (isExpired(comment, today)) {
      return [
        complaint(meta.unused, comment, `This suppression expired on ${comment.expires ?? ""}.`, files),
      ];
    }
    const judged = comment.rules.every((rule) => meta.ran.has(rule));
    if (used.has(comment) || !judged) return [];
    return [
      complaint(
        meta.unused,
        comment,
        `Nothing is left to suppress here: ${comment.rules.join(", ")} finds nothing on this line.`,
        files,
      ),
    ];
  });
  return {
    findings: [...kept, ...complaints.filter((one) => meta.ran.has(one.rule))],
    suppressed: findings.length - kept.length,
  };
}

/** Whether a comment with a reason, not expired, answers for what a rule says at a place. */
export function answers(
  comment: Suppression,
  { rule, place }: Pick<Finding, "rule" | "place">,
  today: string,
): boolean {
  if (comment.reason === "" || isExpired(comment, today)) return false;
  if (place === undefined || place.file !== comment.file || !comment.rules.includes(rule)) return false;
  return comment.lines.includes(place.line);
}

const isExpired = (comment: Suppression, today: string): boolean =>
  comment.expires !== undefined && comment.expires < today;

function complaint(rule: Rule, comment: Suppression, message: string, files: ProjectFiles): Finding {
  const snippet = lineOf(files.read(comment.file) ?? "", comment.line);
  const { id, title, severity, confidence, why, fix, cwe, asvs } = rule;
  const place = {
    file: comment.file,
    line: comment.line,
    column: 1,
    endLine: comment.line,
    endColumn: snippet.length + 1,
  };
  return {
    rule: id,
    title,
    severity,
    confidence,
    message,
    why,
    fix,
    cwe,
    asvs,
    place,
    snippet,
    lenses: ["source"],
    evidence: [{ lens: "source", message, agrees: true }],
    disagreement: false,
    related: [],
    edits: [],
    fingerprint: shortHash([id, comment.file, snippet].join("\0")),
  };
}
