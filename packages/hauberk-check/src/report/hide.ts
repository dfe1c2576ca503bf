import type { Place } from "../rules/rule.ts";
import type { ProjectFiles } from "../files/project-files.ts";
import { isDeployment } from "../files/kinds.ts";
import { basename } from "../files/paths.ts";

/** Replaces the secrets in a line that a report shows. */
export type Hide = (line: string) => string;

/** The literal that a rule about secrets points at, without its quotes. */
const LITERAL = /^(["'`])((?:(?!\1)[^\\]|\\.)+)\1$/s;

/** A line that gives something of this name a value, or passes it to what signs, holds a secret whatever rule it is shown for. */
const NAMES_ONE =
  /(?:secret|passw(?:or)?d|private_?key|api_?key|\bkeys)\w*["']?\s*[:=]|:\/\/[^\s/:]+:[^\s/@]+@|\b(?:cookieParser|createHmac|createCipheriv|sign|verify)\s*\(/i;
/** Nobody types such a word: it was generated, and what is generated is a key or a hash. */
const GENERATED = /(["'`])(?=[^"'`]*\d)(?=[^"'`]*[A-Za-z])[\w+=-][\w+/=-]{23,}\1/g;
/** A name of a setting whose value nobody should read. */
const SECRET_NAME = /secret|pass|token|key|credential/i;

/**
 * How to hide the secrets in lines of one file, for findings of one rule. Reports travel further than the source: secrets
 * in the lines they show stay behind. `texts` are the values known for secrets in this project.
 */
export function hider(rule: string, file: string, texts: readonly string[]): Hide {
  const isAboutSecrets = /secret|private-key|dotenv/.test(rule);
  return (line) => {
    const known = texts.reduce(hideText, line);
    const named = isAboutSecrets || NAMES_ONE.test(known) ? hideLiterals(known) : known;
    const plain = named.replace(GENERATED, "$1***$1");
    return isDeployment(file) ? hideSettings(plain, isDotenv(file)) : plain;
  };
}

/** Shorter ones are parts of ordinary words, `pass` of `passport`: these are hidden where they are the whole text. */
const MIN_ANYWHERE = 8;

const hideText = (line: string, text: string): string =>
  text.length >= MIN_ANYWHERE
    ? line.replaceAll(text, "***")
    : ['"', "'", "`"].reduce(
        (rest, quote) => rest.replaceAll(quote + text + quote, `${quote}***${quote}`),
        line,
      );

/** What stands at the places that the rules about secrets point at, however far from the line that is shown. */
export function secretTexts(places: readonly Place[], files: Pick<ProjectFiles, "read">): readonly string[] {
  const texts = places.flatMap((place) => {
    const literal = LITERAL.exec(slice(files.read(place.file) ?? "", place))?.[2];
    // In two letters there is no secret, and hiding them would hide half of every line.
    return literal === undefined || literal.length < 3 ? [] : [literal];
  });
  return [...new Set(texts)].toSorted((a, b) => b.length - a.length);
}

const isDotenv = (file: string): boolean => basename(file).startsWith(".env");

function slice(text: string, { line, column, endLine, endColumn }: Place): string {
  const lines = text.split(/\r?\n/).slice(line - 1, endLine);
  const cut = lines.map((one, i) => (i === endLine - line ? one.slice(0, endColumn - 1) : one));
  return cut.join("\n").slice(column - 1);
}

/** The names of signatures, hashes and ciphers, which a finding about them has to show. */
const ALGORITHM =
  /^(?:none|(?:HS|RS|ES|PS)(?:256|384|512)|EdDSA|md[45]|sha-?\d{1,3}|aes-?\d{3}(?:-(?:cbc|ctr|ecb|gcm|cfb8?|ofb))?|des(?:3|-ede3?)?(?:-(?:cbc|ecb|cfb8?|ofb))?|rc[24]|bf(?:-(?:cbc|ecb))?|blowfish|chacha20-poly1305)$/i;

function hideLiterals(line: string): string {
  return line
    .replace(/(["'`])(?:(?!\1)[^\\]|\\.){3,}\1/g, (literal: string, quote: string) =>
      ALGORITHM.test(literal.slice(1, -1)) ? literal : `${quote}***${quote}`,
    )
    .replace(/^([ \t]*(?:export[ \t]+)?[A-Z0-9_]+[ \t]*=[ \t]*)[^\s"'`].*$/, "$1***");
}

/** Every value of an environment file, and those in other files whose names say what they are. */
function hideSettings(line: string, isEnvironment: boolean): string {
  const start = isEnvironment ? 0 : line.search(SECRET_NAME);
  if (start === -1 || (isEnvironment && line.startsWith("#"))) return line;
  // `SECRET=value`, `- SECRET=value`, `SECRET: value`, `Environment=SECRET=value`, and `ENV SECRET value`.
  const signs = isEnvironment ? "=" : "=: ";
  let end = start;
  while (end < line.length && !signs.includes(line.charAt(end))) end += 1;
  const text = line.slice(end + 1).trimStart();
  return text === "" ? line : `${line.slice(0, line.length - text.length)}***`;
}
