import { isAnnounced } from "../../kit/credential-words.ts";

/** A password that stands in a statement of SQL, with its quotes. */
export interface Inserted {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What stands before the rows of `INSERT INTO users (name, password) VALUES`. */
const HEAD = /^INSERT\s([^;()]*)\(([^()]*)\)\s*VALUES?\s*/i;
const MAX_HEAD = 800;
const OF_ACCOUNTS = /user|account|member|customer|admin|employee|student|staff|teacher|operator/i;
const PASSWORD = /^[`"[\\]{0,2}(?:user_?)?(?:password|passwd|pwd|pass)[`"\]\\]{0,2}$/i;

/** `INSERT INTO users VALUES`, whose columns stand in the `CREATE TABLE users (id, name, password)` of the same text. */
const BARE_HEAD = /^INSERT\s+(?:OR\s+\w{1,20}\s+)?INTO\s+[`"[]?(\w{1,60})[`"\]]?\s+VALUES?\s*/i;

function columnsCreated(sql: string, table: string): readonly string[] {
  for (const { 0: whole, 1: name = "", index } of sql.matchAll(
    /\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?[`"[]?(\w{1,60})[`"\]]?\s*(?=\()/gi,
  ))
    if (name.toLowerCase() === table.toLowerCase())
      return rowAt(sql, index + whole.length).map(
        ({ start, end }) => sql.slice(start, end).trim().split(/\s/, 1)[0] ?? "",
      );
  return [];
}

function bareInsertion(
  sql: string,
  at: number,
): { readonly column: number; readonly rows: number } | undefined {
  const [whole = "", table = ""] = BARE_HEAD.exec(sql.slice(at, at + MAX_HEAD)) ?? [];
  if (!OF_ACCOUNTS.test(table)) return undefined;
  const column = columnsCreated(sql, table).findIndex((one) => PASSWORD.test(one));
  return column === -1 ? undefined : { column, rows: at + whole.length };
}

/** The column of the password in the statements of a text, and where their rows begin. */
export function insertions(sql: string): readonly { readonly column: number; readonly rows: number }[] {
  return [...sql.matchAll(/\bINSERT\s/gi)].flatMap(({ index }) => {
    const [whole = "", into = "", columns = ""] = HEAD.exec(sql.slice(index, index + MAX_HEAD)) ?? [];
    const column = columns.split(",").findIndex((one) => PASSWORD.test(one.trim()));
    const table = into.trim().split(/\s/).at(-1) ?? "";
    if (whole === "") return bareInsertion(sql, index) ?? [];
    return column === -1 || !OF_ACCOUNTS.test(table) ? [] : [{ column, rows: index + whole.length }];
  });
}

/** The first password of an account that is written into a statement as its owner types it. */
export function insertedPassword(sql: string): Inserted | undefined {
  for (const { column, rows } of insertions(sql)) {
    const item = rowAt(sql, rows)[column];
    const password = item === undefined ? undefined : literalIn(sql, item);
    if (password !== undefined && isTyped(password.text)) return password;
  }
  return undefined;
}

const HASH =
  /^(?:\$2[abxy]?\$|\$argon2|\$pbkdf2|\$scrypt|\$[156y]\$|pbkdf2|bcrypt|\{)|^(?:0x)?[a-f\d]{32,}$/i;
const ENCODED = /^[A-Za-z\d+/]{40,}={0,2}$/;

/** What somebody can sign in with: no hash of it, no place for it, no text that is filled in. */
export const isTyped = (text: string): boolean =>
  text.length >= 3 &&
  text.length <= 72 &&
  !HASH.test(text) &&
  !ENCODED.test(text) &&
  !isAnnounced(text) &&
  !/\$\{|^[:?@$%]|^<|\s/.test(text);

interface Stretch {
  readonly start: number;
  readonly end: number;
}

const MAX_ITEMS = 60;

/** What stands between the commas of the row that begins at an offset. */
export function rowAt(sql: string, at: number): readonly Stretch[] {
  if (sql.charAt(at) !== "(") return [];
  const items: Stretch[] = [];
  let depth = 0;
  let start = at + 1;
  for (let i = at; i < sql.length && items.length < MAX_ITEMS; i += 1) {
    const sign = sql.charAt(i);
    if (sign === "'" || sign === '"') {
      i = endOfText(sql, i);
      continue;
    }
    if (sign === "(") depth += 1;
    else if (sign === ")") depth -= 1;
    if (depth === 0 || (depth === 1 && sign === ",")) {
      items.push({ start, end: i });
      start = i + 1;
    }
    if (depth === 0) return items;
  }
  return [];
}

/** The closing quote; in a literal of JavaScript in single quotes each has a backslash before it. */
function endOfText(sql: string, open: number): number {
  const isEscaped = sql.charAt(open - 1) === "\\";
  const quote = sql.charAt(open);
  for (let i = open + 1; i < sql.length; i += 1) {
    if (sql.charAt(i) === "\\" && !isEscaped) i += 1;
    else if (sql.charAt(i) === quote) return i;
  }
  return sql.length;
}

const CALL = /^(?:md5|sha1?|sha2|sha256|crypt|password|old_password|digest|encode)\s?\(\s?/i;

/** `'word'`, `MD5('word')`, `crypt('word', gen_salt('bf'))`: whoever reads it has the word. */
function literalIn(sql: string, { start, end }: Stretch): Inserted | undefined {
  let open = start + sql.slice(start, end).search(/\S/);
  for (let call = CALL.exec(sql.slice(open, end)); call !== null; call = CALL.exec(sql.slice(open, end)))
    open += call[0].length;
  if (sql.charAt(open) === "\\") open += 1;
  if (!/^['"]$/.test(sql.charAt(open))) return undefined;
  const close = endOfText(sql, open);
  return close >= end
    ? undefined
    : { start: open, end: close + 1, text: sql.slice(open + 1, close).replace(/\\$/, "") };
}
