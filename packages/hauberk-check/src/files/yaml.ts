/** Stands for what is written in a way that is not read here: lists, references, texts of several lines. */
export const UNREAD: unique symbol = Symbol("unread");

/** Longer than any settings that a person writes. */
const MAX_TEXT = 200_000;

const ENTRY = /^(?:"([^"\\]+)"|'([^']+)'|([\w.$-]+)):(?: (.*))?$/;

interface Level {
  readonly indent: number;
  readonly holder: Record<string, unknown>;
  /** Says that what is below this name cannot be read. */
  readonly giveUp: () => void;
}

/** Names and plain values of a YAML file, by indentation; each line is read once. `undefined` for what is no such file. */
export function parseYaml(text: string | undefined): unknown {
  if (text === undefined || text.length > MAX_TEXT) return undefined;
  const root = empty();
  let isRead = true;
  const levels: Level[] = [{ indent: -1, holder: root, giveUp: () => (isRead = false) }];
  for (const line of text.split(/\r?\n/)) {
    const written = line.trimStart();
    if (written === "" || written.startsWith("#") || /^(?:---|%)/.test(line)) continue;
    const indent = line.length - written.length;
    while ((levels.at(-1)?.indent ?? -1) >= indent) levels.pop();
    const level = levels.at(-1);
    if (level !== undefined) readEntry(levels, level, indent, written.trimEnd());
  }
  return isRead ? root : undefined;
}

const empty = (): Record<string, unknown> => Object.create(null) as Record<string, unknown>;

function readEntry(levels: Level[], { holder, giveUp }: Level, indent: number, written: string): void {
  const entry = ENTRY.exec(written);
  const key = entry?.[1] ?? entry?.[2] ?? entry?.[3];
  if (entry === null || key === undefined) {
    giveUp();
    return;
  }
  const value = scalar((entry[4] ?? "").trim());
  const inner = empty();
  holder[key] = value === "" ? inner : value;
  levels.push({ indent, holder: inner, giveUp: () => (holder[key] = UNREAD) });
}

/** A value in one line; "" where there is none, and what follows may be below it. */
function scalar(written: string): unknown {
  const quoted = /^"([^"\\]*)"(?: +#.*)?$|^'([^']*)'(?: +#.*)?$/.exec(written);
  if (quoted !== null) return quoted[1] ?? quoted[2] ?? "";
  const hash = written.startsWith("#") ? 0 : written.indexOf(" #");
  const plain = (hash === -1 ? written : written.slice(0, hash)).trim();
  if (/^["'[{&*!|>%@`]/.test(plain)) return UNREAD;
  if (/^(?:true|false)$/i.test(plain)) return plain.toLowerCase() === "true";
  if (/^(?:null|~)$/i.test(plain)) return null;
  return /^-?\d{1,15}(?:\.\d{1,9})?$/.test(plain) ? Number(plain) : plain;
}
