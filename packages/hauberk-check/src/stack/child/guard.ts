import { EventEmitter } from "node:events";
import net from "node:net";
import { isApp, type AppLike } from "./shapes.ts";

export interface Guard {
  /** Servers that asked to listen, and were told that they do. */
  readonly servers: net.Server[];
  onListen(call: () => void): void;
}

/** Lets nothing in this process listen: a server that asks is told that it does, so that the app goes on. */
export function forbidListening(): Guard {
  const servers: net.Server[] = [];
  const calls: (() => void)[] = [];
  function listen(this: net.Server, ...args: unknown[]): net.Server {
    servers.push(this);
    const callback = args.findLast((one) => typeof one === "function") as (() => void) | undefined;
    if (callback !== undefined) this.once("listening", callback);
    const port = args.find((one) => typeof one === "number" && one > 0) ?? 3000;
    Object.defineProperty(this, "listening", { value: true, configurable: true });
    this.address = () => ({ address: "127.0.0.1", family: "IPv4", port: Number(port) });
    this.close = (done?: (error?: Error) => void) => {
      if (done !== undefined) process.nextTick(done);
      return this;
    };
    setImmediate(() => {
      this.emit("listening");
      for (const call of calls) call();
    });
    return this;
  }
  net.Server.prototype.listen = listen as typeof net.Server.prototype.listen;
  return {
    servers,
    onListen: (call) => {
      calls.push(call);
    },
  };
}

/** The Express app behind a server, when its requests go straight to one. */
export function appBehind(server: unknown): AppLike | undefined {
  if (!(server instanceof EventEmitter)) return undefined;
  return server.listeners("request").find(isApp) as AppLike | undefined;
}
