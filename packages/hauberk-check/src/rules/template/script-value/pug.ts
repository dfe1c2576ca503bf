import { moved, outsideQuotes, rootOf, shown, type Exposed } from "./page.ts";

const SHOWN = /#\{\s{0,9}([\w$.]{1,200})\s{0,9}\}/g;
const AS_JSON = /!\{\s{0,9}JSON\.stringify\(([\w$.]{1,200})\)\s{0,9}\}/g;
const SCRIPT = /^([ \t]{0,100})script(?![\w-])/gm;
const ATTRIBUTES = /^\([^)\n]{0,300}\)/;
const EVENT = /[(,\s]on[a-z]{3,20}\s{0,9}=\s{0,9}((?:"[^"\n]{0,300}"|'[^'\n]{0,300}'|[\w$.+ ]){1,20})/g;
const ADDRESS = /[(,\s](?:href|action|formaction)\s{0,9}=\s{0,9}(?=([\w$.]{1,200})\s{0,9}[),\n])/g;

/** The values in scripts, in event handlers and at the beginning of addresses of a Pug template. */
export function inPug(text: string): readonly Exposed[] {
  return [...inScripts(text), ...inEvents(text), ...inAddresses(text)];
}

function inScripts(text: string): readonly Exposed[] {
  return [...text.matchAll(SCRIPT)].flatMap((match) => {
    const tag = match.index + match[0].length;
    const attributes = ATTRIBUTES.exec(text.slice(tag, tag + MAX_ATTRIBUTES))?.[0] ?? "";
    if (/type\s?=\s?["'](?!text\/javascript|module)/.test(attributes)) return [];
    const from = tag + attributes.length;
    const code = text.slice(from, endOfBlock(text, from, match[1]?.length ?? 0));
    const found = outsideQuotes(code, [...code.matchAll(SHOWN)].map(shown));
    return [...found, ...[...code.matchAll(AS_JSON)].map(shown)].map((one) =>
      moved(one, from, "in a script"),
    );
  });
}

const MAX_ATTRIBUTES = 310;

/** Where a line stands that is no further in than the tag. */
function endOfBlock(text: string, from: number, indent: number): number {
  for (let at = text.indexOf("\n", from); at !== -1; at = text.indexOf("\n", at + 1)) {
    const line = /^[ \t]*(?=\S)/.exec(text.slice(at + 1, at + 1 + MAX_INDENT));
    if (line !== null && line[0].length <= indent) return at;
  }
  return text.length;
}

const MAX_INDENT = 200;

/** `onclick="go('" + place + "')"`: what is put in is escaped for HTML, which the browser undoes. */
function inEvents(text: string): readonly Exposed[] {
  return [...text.matchAll(EVENT)].flatMap((match) => {
    const names = (match[1] ?? "").replace(/"[^"]*"|'[^']*'/g, " ").match(/[A-Za-z_$][\w$.]*/g) ?? [];
    return names.map((name) => ({
      start: match.index + 1,
      end: match.index + match[0].length,
      name: rootOf(name),
      where: "in an event handler" as const,
    }));
  });
}

const inAddresses = (text: string): readonly Exposed[] =>
  [...text.matchAll(ADDRESS)].map((match) => moved(shown(match), 0, "where an address begins"));
