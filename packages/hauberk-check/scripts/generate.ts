import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { allSource, examplesSource, ruleFolders } from "../src/rules/generate.ts";

/** Writes the registry from the rule folders, then the reference from the registry. */
const rules = new URL("../src/rules/", import.meta.url);
const ids = ruleFolders(rules);
writeFileSync(new URL("all.ts", rules), allSource(ids));
writeFileSync(new URL("examples.ts", rules), examplesSource(rules, ids));
const formatter = new URL("../../../node_modules/oxfmt/bin/oxfmt", import.meta.url);
execFileSync(process.execPath, [fileURLToPath(formatter), "all.ts", "examples.ts"], {
  cwd: rules,
  stdio: "inherit",
});
const { reference } = await import("../src/rules/reference.ts");
writeFileSync(new URL("../../../docs/reference/rules.md", import.meta.url), reference());
console.log(`${String(readdirSync(rules).length)} groups`);
