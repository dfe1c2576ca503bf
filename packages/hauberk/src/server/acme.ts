import { readFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { sendPlain, type Dress } from "./raw-answer.ts";

/**
 * The name of a challenge file, or undefined for any other request. Pure.
 * A token is base64url and nothing else, so no name leads out of the folder. RFC 8555 section 8.3.
 */
export function challengeToken(method: string, target: string): string | undefined {
  if (method !== "GET" && method !== "HEAD") return undefined;
  return /^\/\.well-known\/acme-challenge\/([A-Za-z0-9_-]{1,128})$/.exec(target)?.[1];
}

/** Answers the certificate authority's challenges from a folder; everything else goes on to the pipeline's redirect. */
export function answerChallenges(handler: RequestListener, folder: string, dress: Dress): RequestListener {
  return function acmeChallenge(req, res) {
    const token = challengeToken(req.method ?? "", req.url ?? "");
    if (token === undefined) return handler(req, res);
    readFile(join(folder, token)).then(
      (content) => {
        const headers = [
          ...dress.headers.common,
          ["Content-Type", "text/plain"],
          ["Cache-Control", "no-store"],
        ];
        res.writeHead(200, [...headers, ["Content-Length", String(content.length)]].flat());
        res.end(req.method === "HEAD" ? undefined : content);
      },
      () => sendPlain(res, { status: 404, code: "NOT_FOUND" }, dress),
    );
  };
}
