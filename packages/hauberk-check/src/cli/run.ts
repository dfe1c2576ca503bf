import { main } from "./main.ts";

/** Runs the command line, ends the process with its exit code. `onChecked` is called when an application was checked. */
export async function run(version: string, onChecked: () => void): Promise<void> {
  // `hauberk-check | head` closes the pipe early. Who reads no further misses nothing, and the exit code still counts.
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  const code = await main(process.argv.slice(2), {
    out: (text) => {
      process.stdout.write(text);
    },
    err: (text) => {
      process.stderr.write(text);
    },
    isTty: process.stdout.isTTY,
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    env: process.env,
    version,
    onChecked,
  });
  for (const stream of [process.stdout, process.stderr]) await written(stream);
  // What is left when the report is out is memory: giving it back piece by piece takes longer than ending the process.
  process.exit(code);
}

/** Outside Linux a pipe is written after `write` returns: a report that is cut off is worse than a late one. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write("", () => {
      resolve();
    });
  });
}
