/** Why a request target is refused before any route sees it. */
export type PathRefusal =
  | "not-a-path"
  | "network-path"
  | "fragment"
  | "control-character"
  | "backslash"
  | "encoded-slash"
  | "encoded-backslash"
  | "encoded-nul"
  | "encoded-control"
  | "dot-segment"
  | "double-encoding"
  | "invalid-encoding";

/** Anything here sends a path to the slow look; the usual path holds none of it. */
const SUSPICIOUS = /[%\\\u0000-\u0020\u007f-\uffff]|\/\.|^(?!\/)|^\/\//;

/**
 * Decides whether the path of a request target can mean only one thing to every component that reads it.
 *
 * A guard on `/admin`, a static file server and a proxy in front decode and normalise differently; whatever they could
 * disagree about is refused. Of the query string only this is asked: that no fragment ends it.
 *
 * @see RFC 3986 section 3.3 and 5.2.4; RFC 9110 section 4.2.3
 * @returns the reason to refuse, or undefined
 */
export function refusePath(target: string): PathRefusal | undefined {
  // A browser keeps the fragment to itself; a proxy that cuts it off asks its rules about another target than we do.
  if (target.includes("#")) return "fragment";
  const queryAt = target.indexOf("?");
  const path = queryAt === -1 ? target : target.slice(0, queryAt);
  if (!SUSPICIOUS.test(path)) return undefined;
  if (!path.startsWith("/")) return target === "*" ? undefined : "not-a-path";
  // "//evil.example/": a redirect that echoes the path would send the browser to another host.
  if (path.startsWith("//")) return "network-path";
  // Raw bytes above 0x7f are latin-1 here and UTF-8 elsewhere; controls split log lines and headers.
  if (/[\u0000-\u0020\u007f-\uffff]/.test(path)) return "control-character";
  if (path.includes("\\")) return "backslash";
  return refuseEncoding(path) ?? (hasDotSegment(path) ? "dot-segment" : undefined);
}

function refuseEncoding(path: string): PathRefusal | undefined {
  if (/%2f/i.test(path)) return "encoded-slash";
  if (/%5c/i.test(path)) return "encoded-backslash";
  if (/%00/.test(path)) return "encoded-nul";
  if (/%(?:[01][0-9a-f]|7f)/i.test(path)) return "encoded-control";
  // "%252e": harmless to us, a dot to the next one who decodes.
  if (/%25[0-9a-f]{2}/i.test(path)) return "double-encoding";
  return isDecodable(path) ? undefined : "invalid-encoding";
}

/** False for "%zz", a lone "%", and overlong or cut UTF-8 such as "%c0%ae". */
function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** "." and ".." as a whole segment, in any spelling, also with a ";parameter" that some servers strip first. */
function hasDotSegment(path: string): boolean {
  return path.split("/").some((segment) => /^(?:\.|%2e){1,2}(?:;|%3b|$)/i.test(segment));
}
