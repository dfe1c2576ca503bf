import type { Finding } from "../report/finding.ts";
import { nearestRule } from "../rules/nearest.ts";
import { lineOf } from "../rules/places.ts";
import { RULES } from "../rules/registry.ts";
import { shortHash } from "../rules/known-secrets.ts";
import type { Rule } from "../rules/rule.ts";
import type { ProjectFiles } from "../files/project-files.ts";
import type { Suppression } from "./comments.ts";

export interface Applied {
  readonly findings: readonly Finding[];
  readonly suppressed: number;
}

interface Meta {
  readonly unused: Rule;
  readonly noReason: Rule;
  /** Ids of the rules that ran: only they can tell that nothing is left to suppress. */
  readonly ran: ReadonlySet<string>;
}

/** Removes what a valid comment answers for, and reports comments that are stale, expired, wrong or without a reason. */
export function applySuppressions(
  findings: readonly Finding[],
  comments: readonly Suppression[],
  meta: Meta,
  files: ProjectFiles,
  today: string,
): Applied {
  const used = new Set<string>();
  const kept = findings.filter((finding) => {
    const comment = comments.find((one) => answers(one, finding, today));
    if (comment !== undefined) used.add(useOf(comment, finding.rule));
    return comment === undefined;
  });
  const complaints = comments.flatMap((comment): Finding[] => {
    const wrong = faultOf(comment, meta, used, today);
    return wrong === undefined ? [] : [complaint(meta[wrong.rule], comment, wrong.message, files)];
  });
  return {
    findings: [...kept, ...complaints.filter((one) => meta.ran.has(one.rule))],
    suppressed: findings.length - kept.length,
  };
}

const useOf = ({ file, line }: Suppression, rule: string): string => `${file}\0${String(line)}\0${rule}`;

/** What is wrong with a comment; each rule it names has to have something to suppress. */
function faultOf(
  comment: Suppression,
  { ran }: Meta,
  used: ReadonlySet<string>,
  today: string,
): { readonly rule: "unused" | "noReason"; readonly message: string } | undefined {
  const { fault, rules, reason, expires = "" } = comment;
  if (fault !== undefined) return { rule: "unused", message: `${fault}, so it suppresses nothing.` };
  if (reason === "")
    return { rule: "noReason", message: "This suppression gives no reason, so it suppresses nothing." };
  const unknown = rules.find((id) => !RULES.some((one) => one.id === id));
  if (unknown !== undefined) {
    const near = nearestRule(unknown);
    const hint = near === undefined ? "" : `; did you mean ${near}?`;
    return { rule: "unused", message: `There is no rule ${unknown}${hint}` };
  }
  if (isExpired(comment, today))
    return { rule: "unused", message: `This suppression expired on ${expires}.` };
  const stale = rules.filter((id) => ran.has(id) && !used.has(useOf(comment, id)));
  return stale.length === 0
    ? undefined
    : {
        rule: "unused",
        message: `Nothing is left to suppress here: ${stale.join(", ")} finds nothing on this line.`,
      };
}

/** Whether a comment with a reason, not expired, answers for what a rule says at a place. */
export function answers(
  comment: Suppression,
  { rule, place }: Pick<Finding, "rule" | "place">,
  today: string,
): boolean {
  if (comment.fault !== undefined || comment.reason === "" || isExpired(comment, today)) return false;
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

/** The two rules about comments, and which rules looked. */
export function metaRules(rules: readonly Rule[]): Meta {
  const unused = RULES.find((rule) => rule.id === "meta/unused-suppression");
  const noReason = RULES.find((rule) => rule.id === "meta/suppression-without-reason");
  if (unused === undefined || noReason === undefined)
    throw new Error("the meta rules are missing from the registry");
  return { unused, noReason, ran: new Set(rules.map((rule) => rule.id)) };
}

/** Today as comments write it, in UTC. */
export const today = (): string => new Date().toISOString().slice(0, 10);
