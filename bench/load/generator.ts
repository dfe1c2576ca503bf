// The load: a child process of its own, so that its CPU time is nobody else's. One job per message.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { AnswerReader } from "./answers.ts";
import { createVisitor, type Visitor } from "./visitor.ts";
import { USER_NAME } from "../page.ts";

/** A fixed amount of work against one server. */
export interface Job {
  readonly port: number;
  readonly kind: "get" | "post";
  readonly requests: number;
  /** Keep-alive connections, each a visitor with a session of its own, each with one request in flight. */
  readonly connections: number;
}

/** What the client saw. Anything but 200 with the user's name ends the run instead. */
export interface JobResult {
  readonly seconds: number;
}

process.send?.("ready");
process.on("message", (job: Job) => {
  void run(job).then((result) => process.send?.(result));
});
process.on("disconnect", () => process.exit());

const visitorsByPort = new Map<number, readonly Visitor[]>();

async function run(job: Job): Promise<JobResult> {
  const visitors = visitorsByPort.get(job.port) ?? (await createVisitors(job));
  visitorsByPort.set(job.port, visitors);
  const sockets = await Promise.all(visitors.map(() => open(job.port)));
  const work = { left: job.requests };
  const started = performance.now();
  await Promise.all(visitors.map((visitor, index) => drive(sockets[index], visitor[job.kind], work)));
  return { seconds: (performance.now() - started) / 1000 };
}

function createVisitors({ port, connections }: Job): Promise<readonly Visitor[]> {
  return Promise.all(Array.from({ length: connections }, () => createVisitor(port)));
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  return socket;
}

/** Sends the request, waits for the answer, and again, until the work shared by all connections is done. */
async function drive(socket: Socket | undefined, request: Buffer, work: { left: number }): Promise<void> {
  if (socket === undefined) throw new Error("a visitor without a connection");
  await new Promise<void>((resolve, reject) => {
    const reader = new AnswerReader();
    const next = (): void => {
      work.left -= 1;
      if (work.left >= 0) socket.write(request);
      else socket.end(resolve);
    };
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      const answer = reader.push(chunk);
      if (answer === undefined) return;
      if (answer.status === 200 && answer.body.includes(USER_NAME)) next();
      else
        reject(
          new Error(`expected 200 and the user's name, got ${answer.status}:\n${answer.body.toString()}`),
        );
    });
    next();
  });
}
