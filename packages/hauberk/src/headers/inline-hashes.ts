import { hash } from "node:crypto";
import type { CspDirectives } from "./csp.ts";

/**
 * The hashes of a page's inline scripts and styles, for HTML that is the same for everybody and may be cached, where a
 * nonce may not be. For files of the static folder there is `static.hashInlineHtml`.
 *
 * Only for HTML you wrote: what is in it when the hashes are made will run. Inline event handlers and style attributes
 * have no hash; move them out.
 *
 * @see https://www.w3.org/TR/CSP3/#external-hash ; the text that is hashed is the element's, with line breaks as LF
 * @example
 * const page = readFileSync("dist/index.html", "utf8");
 * app.get("/", csp({ add: inlineHashes(page) }), (req, res) => res.set("Cache-Control", "public, max-age=60").send(page));
 */
export function inlineHashes(html: string): CspDirectives {
  const found: Record<string, string[]> = {};
  for (const { name, attributes, text } of inlineElements(html.replaceAll(/\r\n?/g, "\n"))) {
    if (text === "" || /(?:^|[\s"'/])src\s*=/i.test(attributes)) continue;
    const directive = name === "script" ? "script-src" : "style-src";
    const source = `'sha256-${hash("sha256", text, "base64")}'`;
    found[directive] = [...new Set([...(found[directive] ?? []), source])];
  }
  return found;
}

interface InlineElement {
  readonly name: string;
  readonly attributes: string;
  readonly text: string;
}

/** Goes through the text once: what does not end ends the search, as it ends the page for a browser. */
function* inlineElements(html: string): Generator<InlineElement> {
  const open = /<!--|<(script|style)(?=[\s/>])/gi;
  for (let match = open.exec(html); match !== null; match = open.exec(html)) {
    const name = match[1]?.toLowerCase();
    const end = name === undefined ? endOfComment(html, open.lastIndex) : endOfTag(html, open.lastIndex);
    if (end === undefined) return;
    const attributes = html.slice(open.lastIndex, end);
    open.lastIndex = end;
    if (name === undefined) continue;
    const close = new RegExp(`</${name}(?=[\\s/>])`, "gi");
    close.lastIndex = end;
    const closing = close.exec(html);
    if (closing === null) return;
    yield { name, attributes, text: html.slice(end, closing.index) };
    open.lastIndex = close.lastIndex;
  }
}

function endOfComment(html: string, from: number): number | undefined {
  const at = html.indexOf("-->", from);
  return at === -1 ? undefined : at + 3;
}

function endOfTag(html: string, from: number): number | undefined {
  const end = /(?:[^>"']|"[^"]*"|'[^']*')*>/y;
  end.lastIndex = from;
  return end.test(html) ? end.lastIndex : undefined;
}
