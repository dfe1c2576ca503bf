export type Target =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly reason: string };

/** Decides whether this address may be probed: the own machine, or one that the person says is theirs. */
export function decideTarget(address: string, isOwn: boolean): Target {
  if (!URL.canParse(address))
    return { ok: false, reason: "this is not an address such as http://localhost:3000" };
  const url = new URL(address);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return { ok: false, reason: "only http and https can be probed" };
  if (isLoopback(url.hostname) || isOwn) return { ok: true, url };
  return {
    ok: false,
    reason: `${url.hostname} is not this machine; --i-own-this-target says that you may probe it`,
  };
}

function isLoopback(host: string): boolean {
  // The URL parser has turned other spellings of 127.0.0.1 (2130706433, 0x7f.1) into this one.
  return (
    host === "localhost" ||
    host.endsWith(".localhost") ||
    host === "[::1]" ||
    /^127\.\d+\.\d+\.\d+$/.test(host)
  );
}
