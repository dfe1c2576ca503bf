// @ts-check
// Loaded before a server that scripts/lib/serve.mjs starts: ends the server when the starter dies without a word
// (kill -9), so that no port stays taken by a process nobody sees.
import { Socket } from "node:net";

const LIFELINE_FD = 3;

// A worker process inherits this import and the variable, but descriptor 3 is something else there.
if (process.env["HAUBERK_START_PID"] === String(process.ppid)) {
  const pipe = new Socket({ fd: LIFELINE_FD, readable: true, writable: false });
  pipe.on("close", () => process.kill(process.pid, "SIGTERM"));
  pipe.on("error", () => {});
  pipe.resume().unref();
}
delete process.env["HAUBERK_START_PID"];
