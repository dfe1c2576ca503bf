import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import type { Request } from "express";

/**
 * Takes a body of unannounced size off the wire, if it is no larger than the limit. Of a larger one nothing is taken:
 * what had arrived is put back in front of the rest, for a route that allows more.
 *
 * @param done gets the bytes as they were sent, or undefined when there are more; an error when the client went away
 */
export function takeSmallBody(
  req: IncomingMessage,
  limitBytes: number,
  done: (error: Error | undefined, wire?: Buffer) => void,
): void {
  const chunks: Buffer[] = [];
  let received = 0;
  const settle = (error: Error | undefined, wire?: Buffer): void => {
    req.off("readable", take).off("end", ended).off("error", settle).off("close", closed);
    done(error, wire);
  };
  const take = (): void => {
    for (let chunk = read(req); chunk !== null; chunk = read(req)) {
      chunks.push(chunk);
      received += chunk.length;
      if (received <= limitBytes) continue;
      req.unshift(Buffer.concat(chunks));
      return settle(undefined);
    }
  };
  const ended = (): void => settle(undefined, Buffer.concat(chunks));
  const closed = (): void => settle(new Error("the client went away"));
  // Not "data": a stream that was paused to be put back would not flow again for the one who reads it next.
  req.on("readable", take).on("end", ended).on("error", settle).on("close", closed);
}

function read(req: IncomingMessage): Buffer | null {
  return req.read() as Buffer | null;
}

/** A body that was taken already, as a request that can be read from its start again. */
export function replay(req: Request, wire: Buffer): Request {
  const stream = new Readable({
    read() {
      if (wire.length > 0) this.push(wire);
      this.push(null);
    },
  });
  return Object.assign(stream, { headers: req.headers }) as unknown as Request;
}
