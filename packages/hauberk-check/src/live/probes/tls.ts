import tls from "node:tls";

const OLD: readonly tls.SecureVersion[] = ["TLSv1", "TLSv1.1"];

/** Old protocol versions the server still speaks. */
export async function oldProtocols(origin: URL): Promise<readonly string[]> {
  if (origin.protocol !== "https:") return [];
  const answers = await Promise.all(
    OLD.map(async (version) => ((await speaks(origin, version)) ? [version] : [])),
  );
  return answers.flat();
}

async function speaks(origin: URL, version: tls.SecureVersion): Promise<boolean> {
  return new Promise<boolean>((resolve) => {
    const socket = tls.connect({
      host: origin.hostname.replace(/^\[|\]$/g, ""),
      port: Number(origin.port === "" ? 443 : origin.port),
      minVersion: version,
      maxVersion: version,
      // Without this the own library refuses before the server is asked.
      ciphers: "DEFAULT:@SECLEVEL=0",
      rejectUnauthorized: false,
    });
    socket.setTimeout(3_000, () => socket.destroy());
    socket.once("secureConnect", () => {
      resolve(true);
      socket.destroy();
    });
    socket.once("error", () => {
      resolve(false);
    });
    socket.once("close", () => {
      resolve(false);
    });
  });
}
