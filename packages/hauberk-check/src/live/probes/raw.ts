import net from "node:net";
import tls from "node:tls";
import { socketAddress } from "../address.ts";
import type { Answer } from "../facts.ts";

const LIMIT_MS = 3_000;

/** Sends bytes that are not HTTP, to see how the server's parser answers. */
export async function parserError(origin: URL): Promise<Answer | undefined> {
  const text = await exchange(origin, "GET / HTTP/1.1\r\nHost: x\r\nBad Header : value\r\n\r\n");
  const [head = "", ...body] = text.split("\r\n\r\n");
  const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(head)?.[1]);
  if (!(status >= 400)) return undefined;
  const lines = head
    .split("\r\n")
    .slice(1)
    .map((line): [string, string] => {
      const at = line.indexOf(":");
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
    });
  return {
    url: `${origin.origin}/`,
    method: "GET",
    status,
    headers: new Map(lines),
    cookies: [],
    body: body.join("\r\n\r\n"),
    ms: 0,
  };
}

async function exchange(origin: URL, bytes: string): Promise<string> {
  return new Promise<string>((resolve) => {
    const address = socketAddress(origin);
    const socket =
      origin.protocol === "https:"
        ? tls.connect({ ...address, rejectUnauthorized: false })
        : net.connect(address);
    let text = "";
    socket.setTimeout(LIMIT_MS, () => socket.destroy());
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      if (text.length > 50_000) socket.destroy();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      resolve(text);
    });
    socket.write(bytes);
  });
}
