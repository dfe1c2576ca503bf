// @ts-check

const HEARTBEAT_MS = 10_000;

/**
 * Says that something slow is going on: one line kept up to date on a terminal, a line every ten seconds elsewhere.
 * @param {string} label
 * @param {NodeJS.WriteStream} [out]
 * @returns {{ done: (note?: string) => void }}
 */
export function startProgress(label, out = process.stdout) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  const line = () => `${label} ... ${seconds()} s`;
  out.write(out.isTTY ? line() : `${label} ...\n`);
  const timer = out.isTTY
    ? setInterval(() => out.write(`\r${line()}`), 1000)
    : setInterval(() => out.write(`  still at it, ${seconds()} s\n`), HEARTBEAT_MS);
  return {
    done(note = "done") {
      clearInterval(timer);
      out.write(out.isTTY ? `\r${line()}, ${note}\n` : `  ${note} after ${seconds()} s\n`);
    },
  };
}
