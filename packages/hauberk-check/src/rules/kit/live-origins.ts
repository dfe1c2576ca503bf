import type { LiveFacts } from "../../live/facts.ts";

type Asked = LiveFacts["cors"][number];

/** Whether this answer lets the origin that was sent read it. */
export const isEchoed = ({ sent, answer }: Asked): boolean =>
  answer.headers.get("access-control-allow-origin") === sent;

/** Origins that look like the app's own: letting them in while plainly foreign ones are refused is a fault of comparing. */
export function isLookAlike({ sent }: Asked, { origin }: Pick<LiveFacts, "origin">): boolean {
  if (sent === "null" || !URL.canParse(sent)) return false;
  const own = new URL(origin).hostname.replace(/[[\]:]/g, "");
  return new URL(sent).hostname.includes(own);
}

/** Sent by some other site that has nothing to do with the app. */
export const isForeign = (asked: Asked, facts: Pick<LiveFacts, "origin">): boolean =>
  asked.sent !== "null" && !isLookAlike(asked, facts);
