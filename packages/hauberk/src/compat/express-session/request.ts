import type { TLSSocket } from "node:tls";
import { isStoreKey } from "./hashed-store.ts";
import { isSecure, pathOf } from "./decide.ts";
import type { SessionRequest } from "./session.ts";
import { idOfCookie, idOfHeader } from "./signature.ts";

/** True for https, as far as the `proxy` option believes it. */
export function schemeOf(req: SessionRequest, proxy: boolean | undefined): boolean {
  const forwarded = req.headers["x-forwarded-proto"];
  return isSecure(
    {
      encrypted: (req.socket as Partial<TLSSocket> | undefined)?.encrypted === true,
      secure: req.secure,
      forwardedProto: Array.isArray(forwarded) ? forwarded.join() : forwarded,
    },
    proxy,
  );
}

/** The path the browser asked for, whatever routers have cut off it since. */
export function pathOfRequest(req: SessionRequest): string {
  return pathOf(req.originalUrl ?? req.url ?? "/");
}

/** The id of the request's cookie, also where cookie-parser has taken it. */
export function idOfRequest(
  req: SessionRequest,
  name: string,
  secrets: readonly string[],
): string | undefined {
  const id = signedIdOf(req, name, secrets);
  return id === undefined || isStoreKey(id) ? undefined : id;
}

function signedIdOf(req: SessionRequest, name: string, secrets: readonly string[]): string | undefined {
  const id = idOfHeader(req.headers.cookie, name, secrets);
  if (id !== undefined || req.headers.cookie !== undefined) return id;
  const signed = own(req.signedCookies, name);
  if (typeof signed === "string" && signed !== "") return signed;
  return idOfCookie(own(req.cookies, name), secrets);
}

function own(cookies: Readonly<Record<string, unknown>> | undefined, name: string): unknown {
  return cookies !== undefined && Object.hasOwn(cookies, name) ? cookies[name] : undefined;
}
