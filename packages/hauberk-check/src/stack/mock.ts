import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";

/** Packages that do nothing but set headers, so calling them has no other effect. */
const HEADER_PACKAGES =
  /^(?:helmet|helmet-csp|frameguard|hsts|nocache|dont-sniff-mimetype|x-xss-protection|referrer-policy|hide-powered-by|ienoopen|lusca|content-security-policy|permissions-policy|expect-ct|hauberk)$/;

/** The headers a header middleware sets, found by calling it with a request that exists only in memory. */
export function headersSetBy(
  handle: (...args: never[]) => unknown,
  from: string,
): Readonly<Record<string, string>> {
  if (!HEADER_PACKAGES.test(from) || handle.length > 3) return {};
  const socket = new Socket();
  const request = new IncomingMessage(socket);
  Object.assign(request, {
    method: "GET",
    url: "/",
    headers: { host: "localhost", "user-agent": "hauberk-check" },
    secure: true,
    session: {},
  });
  const response = new ServerResponse(request);
  Object.assign(response, { locals: {} });
  response.setHeader("X-Powered-By", "Express");
  try {
    (handle as unknown as (req: unknown, res: unknown, next: () => void) => void)(
      request,
      response,
      () => undefined,
    );
  } catch {
    return {};
  } finally {
    socket.destroy();
  }
  const set = response.getHeaders();
  const seen = Object.entries(set).map(([name, value]): [string, string] => [
    name,
    Array.isArray(value) ? value.join(", ") : String(value),
  ]);
  const removed: [string, string][] = "x-powered-by" in set ? [] : [["-x-powered-by", "1"]];
  return Object.fromEntries([...seen.filter(([name]) => name !== "x-powered-by"), ...removed]);
}
