import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

export type Trouble = "none" | "refuse" | "reset" | "hang" | "slow";

/** Stands between the app and a store's server, and spoils the connection as it is told. */
export class TroubledProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #targetPort: number;
  #trouble: Trouble = "none";

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server = createServer((client) => this.#join(client));
  }

  static async start(targetPort: number): Promise<TroubledProxy> {
    const proxy = new TroubledProxy(targetPort);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** "refuse" and "reset" also end what is open; "hang" swallows bytes; "slow" delays them by two seconds. */
  set trouble(trouble: Trouble) {
    this.#trouble = trouble;
    if (trouble === "none" || trouble === "refuse" || trouble === "reset")
      for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  #join(client: Socket): void {
    if (this.#trouble === "refuse" || this.#trouble === "reset") {
      client.resetAndDestroy();
      return;
    }
    const server = connect(this.#targetPort, "127.0.0.1");
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.on("data", (chunk) => this.#pass(chunk, to));
    }
  }

  #pass(chunk: Buffer, to: Socket): void {
    if (this.#trouble === "hang") return;
    if (this.#trouble === "slow") setTimeout(() => void to.write(chunk), 2000);
    else to.write(chunk);
  }

  async stop(): Promise<void> {
    this.trouble = "reset";
    this.#server.close();
    await once(this.#server, "close");
  }
}
