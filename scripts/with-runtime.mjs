// `node scripts/with-runtime.mjs file.ts args...`: runs a TypeScript file of this repository on its own Node.
// Old syntax on purpose, no static import but the check: a Node too old for the rest must reach the check.
import { requireNode } from "./lib/require-node.mjs";

requireNode();
void import("./lib/with-runtime.mjs").then(({ main }) => main());
