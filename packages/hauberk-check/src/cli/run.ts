import { readFileSync } from "node:fs";
import { main } from "./main.ts";

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

// `hauberk-check | head` closes the pipe early. Who reads no further misses nothing, and the exit code still counts.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

process.exitCode = await main(process.argv.slice(2), {
  out: (text) => {
    process.stdout.write(text);
  },
  err: (text) => {
    process.stderr.write(text);
  },
  isTty: process.stdout.isTTY,
  env: process.env,
  version: manifest.version,
});
