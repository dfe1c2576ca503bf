// `npm test`: installs what is missing, then runs every check. See lib/test.mjs, and `npm test -- --help`.
// Old syntax on purpose, no static import but the check: a Node too old for the rest must reach the check.
import { requireNode } from "./lib/require-node.mjs";

requireNode();
void import("./lib/test.mjs").then(({ main }) => main());
