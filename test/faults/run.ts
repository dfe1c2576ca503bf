// `npm run test:faults`: the slow tests, one file after the other; each writes what it measured to docs/reference.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { ensureSystemTools } from "../../scripts/lib/system-tools.mjs";

Object.assign(process.env, await ensureSystemTools(["faults"]));

const files = readdirSync(import.meta.dirname)
  .filter((name) => /^[a-z]+-[a-z-]+\.ts$/.test(name))
  .map((name) => join(import.meta.dirname, name));

run({ files, concurrency: 1, timeout: 180_000, execArgv: ["--conditions=source"] })
  .on("test:fail", () => (process.exitCode = 1))
  .compose(spec)
  .pipe(process.stdout);
