import { codeOf } from "../../model/module.ts";
import type { Program } from "../../model/program.ts";
import { remembered } from "../../remembered.ts";

/** The tables of the project that have a column for a password, in small letters, by whatever statement says so. */
export const tablesWithPassword: (program: Program) => ReadonlySet<string> = remembered((program) => {
  const found = new Set<string>();
  const note = (text: string): void => {
    for (const name of tablesIn(text)) found.add(name);
  };
  for (const module of program.modules) if (SPEAKS.test(module.text)) note(codeOf(module));
  for (const path of program.list) if (path.endsWith(".sql")) note(program.files.read(path) ?? "");
  return found;
});

const SPEAKS = /pass|pwd/i;
const START = /\b(?:create table(?: if not exists)?|insert(?: or \w{1,10})? into|update|from)\s+/gi;
const NAME = /^[`"[]?(?:\w{1,40}[`"\]]?\.[`"[]?)?(\w{1,60})/;
const MAX_LENGTH = 1_500;

/** Each statement ends where the next begins, or its text does. */
function tablesIn(text: string): readonly string[] {
  const starts = [...text.matchAll(START)];
  return starts.flatMap((start, i) => {
    const from = start.index + start[0].length;
    const end = Math.min(starts[i + 1]?.index ?? text.length, from + MAX_LENGTH);
    const rest = text.slice(from, end);
    const name = NAME.exec(rest)?.[1];
    return name !== undefined && SPEAKS.test(rest) && saysPassword(start[0], rest)
      ? [name.toLowerCase()]
      : [];
  });
}

const COLUMN =
  /^\s*[`"[]?(?:user_?)?(?:password|passwd|pwd|password_?hash|hashed_?password)(?![\w(=:.])|^\s*[`"]?pass[`"]? (?:text|(?:n?var)?char)/i;
const SET_OR_ASKED =
  /\b(?:and|or|where|set|,)\s{1,20}\(?[`"]?(?:\w{1,20}\.)?(?:password|passwd|pwd|password_?hash|hashed_?password|pass(?=\s?=\s?['"$?]))[`"]?\s?=/i;
const TEXT_ENDS = /["'`]\s?[,;)]|;/;

function saysPassword(start: string, rest: string): boolean {
  if (/^create/i.test(start)) return listed(rest, /;/).some((one) => COLUMN.test(one));
  if (/^insert/i.test(start)) return listed(rest, /\)/).some((one) => COLUMN.test(one));
  const statement = upTo(rest, TEXT_ENDS);
  // `from "./password"` is no statement; one has a word of its own a few words on.
  return (
    (/^update/i.test(start)
      ? /^\S{1,80}\s{1,20}set\b/i
      : /^\S{1,80}(?:\s{1,20}\w{1,20})?\s{1,20}where\b/i
    ).test(statement) && SET_OR_ASKED.test(statement)
  );
}

const upTo = (text: string, end: RegExp): string => text.split(end, 1)[0] ?? "";

/** The columns between the brackets after a table's name. */
const listed = (rest: string, end: RegExp): readonly string[] => {
  const open = rest.indexOf("(");
  return open === -1 || open > 80 ? [] : upTo(rest.slice(open + 1), end).split(",");
};
