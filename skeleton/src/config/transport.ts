/** Whether a connection to this host never leaves the machine. */
export function isLoopbackHost(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/**
 * Whether nobody on the way can read or change what is said to a store: it is on this machine, or TLS checks its name.
 * Pure.
 */
export function transportIsSafe(url: string | undefined): boolean {
  if (url === undefined) return true;
  const { protocol, hostname, searchParams } = new URL(url);
  if (protocol === "rediss:") return true;
  const sslModes = searchParams.getAll("sslmode");
  // sslmode=require alone is read differently by different clients; the last of two would win.
  if (protocol !== "redis:" && sslModes.length === 1 && sslModes[0] === "verify-full") return true;
  // ?host= is where pg really connects to; a path is a Unix-domain socket.
  const hosts = searchParams.has("host") ? searchParams.getAll("host") : [hostname];
  return hosts.every((host) => isLoopbackHost(host) || host.startsWith("/"));
}
