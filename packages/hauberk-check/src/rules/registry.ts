import * as all from "./all.ts";
import type { Rule } from "./rule.ts";

/** All rules, in the order of their ids: the exports of a module come sorted. */
export const RULES: readonly Rule[] = Object.values(all);
