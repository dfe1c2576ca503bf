/** A value in a place of a page where HTML's escaping does not help. */
export interface Exposed {
  readonly start: number;
  readonly end: number;
  /** What the template calls it: `user` of `user.name`. */
  readonly name: string;
  readonly where: "in a script" | "in an event handler" | "where an address begins";
}

/** `<%= name %>` of EJS and `{{ name }}` of Handlebars and Nunjucks; anything but a plain path may have been made harmless. */
const SHOWN = /<%=\s{0,9}([\w$.]{1,200})\s{0,9}-?%>|(?<!\{)\{\{\s{0,9}([\w$.]{1,200})\s{0,9}\}\}(?!\})/g;
/** Of JSON, what ends the script stays what it is: `</script>`. */
const AS_JSON = /<%-\s{0,9}JSON\.stringify\(([\w$.]{1,200})\)\s{0,9}%>/g;
const SCRIPT = /<script\b([^<>]{0,500})>/gi;
const EVENT = /\son[a-z]{3,20}\s{0,9}=\s{0,9}(?:"([^"]{0,500})"|'([^']{0,500})')/gi;
const ADDRESS =
  /\s(?:href|action|formaction)\s{0,9}=\s{0,9}["']?(?=\s{0,9}(?:<%=\s{0,9}[\w$.]{1,200}\s{0,9}-?%>|\{\{\s{0,9}[\w$.]{1,200}\s{0,9}\}\}))/gi;

/** The values in scripts, in event handlers and at the beginning of addresses. */
export function inPage(text: string): readonly Exposed[] {
  return [...inScripts(text), ...inEvents(text), ...inAddresses(text)];
}

function inScripts(text: string): readonly Exposed[] {
  const found: Exposed[] = [];
  let done = 0;
  for (const match of text.matchAll(SCRIPT)) {
    const from = match.index + match[0].length;
    if (from < done) continue;
    const close = text.indexOf("</script", from);
    done = close === -1 ? text.length : close;
    if (OF_DATA.test(match[1] ?? "")) continue;
    const code = text.slice(from, done);
    for (const one of [...outsideQuotes(code, shownIn(code)), ...jsonIn(code)])
      found.push(moved(one, from, "in a script"));
  }
  return found;
}

/** `application/json`, `text/x-template`: nothing in it is run. */
const OF_DATA = /\btype\s{0,9}=\s{0,9}["']?(?!text\/javascript|module|application\/javascript)[\w/]/i;

/** The browser makes a quote of `&#39;` again before it runs what stands there. */
function inEvents(text: string): readonly Exposed[] {
  return [...text.matchAll(EVENT)].flatMap((match) => {
    const value = match[1] ?? match[2] ?? "";
    return shownIn(value).map((one) =>
      moved(one, match.index + match[0].indexOf(value), "in an event handler"),
    );
  });
}

function inAddresses(text: string): readonly Exposed[] {
  return [...text.matchAll(ADDRESS)].flatMap((match) => {
    const from = match.index + match[0].length;
    return shownIn(text.slice(from, from + MAX_SHOWN))
      .slice(0, 1)
      .map((one) => moved(one, from, "where an address begins"));
  });
}

const MAX_SHOWN = 250;

export type Shown = Pick<Exposed, "start" | "end" | "name">;

export const moved = ({ start, end, name }: Shown, by: number, where: Exposed["where"]): Exposed => ({
  start: start + by,
  end: end + by,
  name,
  where,
});

const shownIn = (text: string): readonly Shown[] => [...text.matchAll(SHOWN)].map(shown);

const jsonIn = (text: string): readonly Shown[] => [...text.matchAll(AS_JSON)].map(shown);

export const shown = (match: RegExpExecArray): Shown => ({
  start: match.index,
  end: match.index + match[0].length,
  name: rootOf(match[1] ?? match[2] ?? ""),
});

/** `name` of `locals.name` and of `name.first`. */
export const rootOf = (path: string): string => /^(?:locals\.|this\.)?([\w$]+)/.exec(path)?.[1] ?? path;

/** Those where no text in quotes is open, which an escaped value could not close. In backticks `${...}` is run. */
export function outsideQuotes(code: string, places: readonly Shown[]): readonly Shown[] {
  const found: Shown[] = [];
  let at = 0;
  let quote = "";
  let isTemplate = false;
  for (const place of places) {
    for (; at < place.start; at += 1) {
      const letter = code.charAt(at);
      if (letter === "\\") at += 1;
      else if (letter === "\n") quote = "";
      else if (letter === "`" && quote === "") isTemplate = !isTemplate;
      else if (letter === quote) quote = "";
      else if (quote === "" && !isTemplate && (letter === '"' || letter === "'")) quote = letter;
    }
    if (quote === "") found.push(place);
    at = Math.max(at, place.end);
  }
  return found;
}
