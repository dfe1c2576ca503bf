import type { AddressInfo } from "node:net";

/** A server that is accepting connections. */
export interface RunningServer {
  /** Of a Unix-domain socket: the path, and port 0. */
  readonly address: AddressInfo;
  /** Where to point a browser on this machine. */
  readonly url: string;
  /** Drains and closes; resolves when nothing is open any more. Calling it again waits for the same end. */
  readonly close: () => Promise<void>;
}
