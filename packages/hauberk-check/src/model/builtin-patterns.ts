import { text } from "./operators.ts";
import { prim, type Site, type Value } from "./values.ts";

type Pattern = Pick<Extract<Value, { k: "regex" }>, "source" | "flags">;

/** Names of files are short; a longer text would make a slow pattern of the project slow for us. */
const MAX_TEXT = 120;
const MAX_SOURCE = 200;

/** The expression as Node would run it; `undefined` for one that may need long: two loops that nothing keeps apart. */
export function runnable({ source, flags }: Pattern, written: string): RegExp | undefined {
  if (written.length > MAX_TEXT || source.length > MAX_SOURCE || /[*+}]\)?[*+{?]|\)[*+{]|\\\d/.test(source))
    return undefined;
  if ((source.match(/[*+{]/g) ?? []).length > 2) return undefined;
  try {
    return new RegExp(source, flags.replace(/[gy]/g, ""));
  } catch {
    return undefined;
  }
}

/** `/\.js$/.test(file)`. */
export function matches(pattern: Pattern, given: Value | undefined, site: Site): Value | undefined {
  const written = given === undefined ? undefined : text(given);
  const expression = written === undefined ? undefined : runnable(pattern, written);
  return expression === undefined || written === undefined ? undefined : prim(expression.test(written), site);
}

/** `file.replace(".js", "")` and `file.replace(/\.js$/, "")`; what is put in for it is written there, without signs of its own. */
export function replaced(
  written: string,
  [from, to]: readonly Value[],
  isEach: boolean,
  site: Site,
): Value | undefined {
  const by = to === undefined ? undefined : text(to);
  if (from === undefined || by === undefined || by.includes("$")) return undefined;
  const plain = text(from);
  if (plain !== undefined)
    return plain === ""
      ? undefined
      : prim(isEach ? written.replaceAll(plain, by) : written.replace(plain, by), site);
  if (from.k !== "regex") return undefined;
  const expression = runnable(from, written);
  if (expression === undefined) return undefined;
  return from.flags.includes("g")
    ? prim(written.split(expression).join(by), site)
    : prim(written.replace(expression, by), site);
}
