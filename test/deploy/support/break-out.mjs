// Preloaded by confined.test.ts: on SIGUSR2 tries everything an intruder would try next, from inside the process.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import inspector from "node:inspector";
import { Worker } from "node:worker_threads";

const data = process.env.DATA_DIR;

const attempts = {
  "reads a file of the system": () => fs.readFileSync("/etc/passwd"),
  "reads it by way of /proc": () => fs.readFileSync("/proc/self/root/etc/passwd"),
  "reads it by climbing out of the data folder": () =>
    fs.readFileSync(`${data}/../../../../../../etc/passwd`),
  "reads it by a path of bytes": () => fs.readFileSync(Buffer.from("/etc/passwd")),
  "reads it by a URL": () => fs.readFileSync(new URL("file:///etc/passwd")),
  "reads it by a link it makes": () => {
    fs.symlinkSync("/etc/passwd", `${data}/link`);
    fs.readFileSync(`${data}/link`);
  },
  "looks around": () => fs.readdirSync("/"),
  "reads its own environment as a file": () => fs.readFileSync("/proc/self/environ"),
  "writes beside the data folder": () => fs.writeFileSync(`${data}-beside`, "x"),
  "writes into the temporary folder": () => fs.writeFileSync("/tmp/hauberk-break-out", "x"),
  "changes its own code": () => fs.appendFileSync(process.argv[1], "\n"),
  "moves its data elsewhere": () => fs.renameSync(`${data}/app.sqlite`, "/tmp/hauberk-break-out.sqlite"),
  "starts a program": () => {
    const { error } = spawnSync("/bin/true");
    if (error !== undefined) throw error;
  },
  "starts a thread without these limits": () => new Worker("", { eval: true, execArgv: [] }),
  "loads native code": () => process.dlopen({ exports: {} }, `${data}/x.node`),
  "opens the inspector": () => inspector.open(0, "127.0.0.1"),
  // oxlint-disable-next-line no-implied-eval -- exactly that is tried
  "makes code out of text": () => void new Function("return 1"),
  // oxlint-disable-next-line no-eval -- and that
  "makes code out of text with eval": () => void eval("1"),
};

const allowed = {
  "writes its data": () => fs.writeFileSync(`${data}/probe`, "x"),
  "reads its own code": () => fs.readFileSync(process.argv[1]),
};

process.on("SIGUSR2", () => {
  const results = Object.fromEntries(
    Object.entries({ ...attempts, ...allowed }).map(([name, attempt]) => [name, outcome(attempt)]),
  );
  // Whoever waits for the file finds all of it.
  fs.writeFileSync(`${data}/break-out-${process.pid}.part`, JSON.stringify(results));
  fs.renameSync(`${data}/break-out-${process.pid}.part`, `${data}/break-out-${process.pid}.json`);
});
// Before this, the signal would end the process.
fs.writeFileSync(`${data}/listens-${process.pid}`, "");

function outcome(attempt) {
  try {
    attempt();
    return "done";
  } catch (error) {
    return String(error.code ?? error.name);
  }
}
