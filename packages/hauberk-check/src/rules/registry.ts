import { rule as depsAbandonedSecurityMiddleware } from "./deps/abandoned-security-middleware/rule.ts";
import { rule as depsExpressEol } from "./deps/express-eol/rule.ts";
import { rule as depsKnownVulnerable } from "./deps/known-vulnerable/rule.ts";
import { rule as depsSanitizerDeadOnV5 } from "./deps/sanitizer-dead-on-v5/rule.ts";
import { rule as dosInsecureHttpParser } from "./dos/insecure-http-parser/rule.ts";
import { rule as dosTimeoutsOff } from "./dos/timeouts-off/rule.ts";
import { rule as metaSuppressionWithoutReason } from "./meta/suppression-without-reason/rule.ts";
import { rule as metaUnusedSuppression } from "./meta/unused-suppression/rule.ts";
import { rule as processDropBeforeBind } from "./process/drop-before-bind/rule.ts";
import { rule as processDropOrder } from "./process/drop-order/rule.ts";
import { rule as processDropUnguardedWindows } from "./process/drop-unguarded-windows/rule.ts";
import { rule as processDropUnverified } from "./process/drop-unverified/rule.ts";
import { rule as processInspectorOpen } from "./process/inspector-open/rule.ts";
import { rule as processNodeEnv } from "./process/node-env/rule.ts";
import { rule as processRunAsRoot } from "./process/run-as-root/rule.ts";
import { rule as processSupplementaryGroupsKept } from "./process/supplementary-groups-kept/rule.ts";
import type { Rule } from "./rule.ts";

/** All rules, one per folder; written by `scripts/generate.ts`. */
export const RULES: readonly Rule[] = [
  depsAbandonedSecurityMiddleware,
  depsExpressEol,
  depsKnownVulnerable,
  depsSanitizerDeadOnV5,
  dosInsecureHttpParser,
  dosTimeoutsOff,
  metaSuppressionWithoutReason,
  metaUnusedSuppression,
  processDropBeforeBind,
  processDropOrder,
  processDropUnguardedWindows,
  processDropUnverified,
  processInspectorOpen,
  processNodeEnv,
  processRunAsRoot,
  processSupplementaryGroupsKept,
];
