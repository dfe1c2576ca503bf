// `npm run test:faults [part of a file's name]`: the slow tests, one file after the other; each writes what it measured to
// docs/reference/faults-server.md. Installs the programs it needs when it is root, and says which are missing when it is not.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { exitWith } from "../../scripts/lib/failure.mjs";
import { ensureSystemTools } from "../../scripts/lib/system-tools.mjs";

const [wanted = ""] = process.argv.slice(2);

await exitWith(async () => {
  if (process.getuid?.() !== 0)
    process.stderr.write("Most of these need root: mounts, namespaces, the drop of root.\n");
  Object.assign(process.env, await ensureSystemTools(["faults"]));
  const files = readdirSync(import.meta.dirname)
    .filter((name) => /^server-[a-z-]+\.ts$/.test(name) && name.includes(wanted))
    .map((name) => join(import.meta.dirname, name));
  const startedAt = performance.now();
  const stream = run({ files, concurrency: 1, timeout: 400_000, execArgv: ["--conditions=source"] });
  let failed = 0;
  stream.on("test:fail", () => (failed += 1));
  stream.compose(spec).pipe(process.stdout);
  await new Promise((resolve) => {
    stream.once("end", resolve);
  });
  process.stdout.write(`${Math.round((performance.now() - startedAt) / 1000)} s\n`);
  return failed === 0 ? 0 : 1;
});
