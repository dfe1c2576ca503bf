import { createHash } from "node:crypto";
import type { Expression } from "./expressions.ts";

/** scripts/proved-expressions.json: what one version of recheck proved linear. */
export interface ProvedExpressions {
  readonly recheck: string;
  /** Keys of `keyOfExpression`, sorted. */
  readonly keys: readonly string[];
}

const EVERY_DAYS = 10;
const DAY_MS = 86_400_000;

/** An expression by all that a proof depends on but the version of the prover. Pure. */
export function keyOfExpression({ source, flags }: Expression): string {
  return createHash("sha256").update(`${flags}/${source}`).digest("hex").slice(0, 32);
}

/**
 * Whether an expression need not be proved today: the same version proved the very same, and it is not its day. One in ten
 * is proved again each day, so that an entry without a proof does not stay. Pure.
 */
export function isProved(
  expression: Expression,
  proved: ProvedExpressions,
  version: string,
  nowMs: number,
): boolean {
  const key = keyOfExpression(expression);
  const isItsDay = (Number.parseInt(key.slice(0, 8), 16) + Math.floor(nowMs / DAY_MS)) % EVERY_DAYS === 0;
  return proved.recheck === version && !isItsDay && proved.keys.includes(key);
}
