// `npm start`: installs what is missing, creates skeleton/.env, serves the skeleton. See lib/start.mjs.
// Old syntax on purpose, no static import but the check: a Node too old for the rest must reach the check.
import { requireNode } from "./lib/require-node.mjs";

requireNode();
void import("./lib/start.mjs").then(({ main }) => main());
