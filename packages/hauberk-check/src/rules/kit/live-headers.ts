import type { Answer } from "../../live/facts.ts";

type Sent = Pick<Answer, "headers">;

/** What a header says as browsers read it: small letters, and the parts of a list (also of one sent twice) by themselves. */
export function partsOf({ headers }: Sent, name: string): readonly string[] {
  return (headers.get(name) ?? "")
    .split(",")
    .map((one) => one.trim().toLowerCase())
    .filter((one) => one !== "");
}

/** Whether an answer may stand in a frame of any other site. */
export function isFrameable(answer: Sent): boolean {
  const ancestors = /(?:^|;)\s*frame-ancestors\s+([^;]*)/i.exec(
    answer.headers.get("content-security-policy") ?? "",
  )?.[1];
  // Browsers that know frame-ancestors do not look at X-Frame-Options beside it.
  if (ancestors !== undefined) return /(?:^|\s)(?:\*|https?:)(?:\s|$)/i.test(ancestors);
  return !partsOf(answer, "x-frame-options").some((one) => one === "deny" || one === "sameorigin");
}

/** Seconds that browsers stay on HTTPS; 0 when the header says nothing that they understand (RFC 6797 section 6.1). */
export function hstsSeconds(header: string): number {
  return Number(/(?:^|;)\s*max-age\s*=\s*"?(\d+)/i.exec(header)?.[1] ?? 0);
}

const POLICIES = new Set([
  "no-referrer",
  "no-referrer-when-downgrade",
  "origin",
  "origin-when-cross-origin",
  "same-origin",
  "strict-origin",
  "strict-origin-when-cross-origin",
  "unsafe-url",
]);

/** The policy in force: the last one of the list that is known (Referrer Policy section 8.1). */
export function referrerPolicy(answer: Sent): string | undefined {
  return partsOf(answer, "referrer-policy").findLast((one) => POLICIES.has(one));
}
