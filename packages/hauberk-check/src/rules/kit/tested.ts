import { codeOf, type Module } from "../../model/module.ts";
import type { t } from "../../parse/ast.ts";
import { blanked, withoutNotes, withoutOthers, withoutRefusals, withoutTexts } from "./code-above.ts";
import { idleComparisons } from "./idle-comparisons.ts";
import { handlerAround, type HandlerNames } from "./nodes.ts";
import { accessPattern, escapeForPattern } from "./patterns.ts";

/**
 * Whether some condition above the node, or a test before it in the same function, mentions the text of the value.
 * That a value is there at all (`if (req.query.url)`) says nothing about what it is, and neither does a log line.
 */
export function isTestedBefore(
  module: Module,
  node: t.Node,
  text: string,
  handler: HandlerNames | undefined = handlerAround(node),
): boolean {
  return handler !== undefined && isMentioned({ module, node, text, handler }, withoutPresence);
}

/** The same for a place where any text is dangerous: that it is one (`typeof url === "string"`) is no test. */
export function isNarrowedBefore(
  module: Module,
  node: t.Node,
  text: string,
  handler: HandlerNames,
  idle: readonly string[] = [],
): boolean {
  return isMentioned({ module, node, text, handler }, (before, escaped) =>
    withoutPresence(
      withoutTrim(
        withoutBeginnings(withoutIdle(withoutTypes(before, escaped), escaped, idle), escaped),
        escaped,
      ),
      escaped,
    ),
  );
}

/**
 * `parseInt("1; DROP", 10)` reads a number and says nothing about what stands behind it, and a query that begins with SELECT is
 * one with whatever was put into it.
 */
const withoutBeginnings = (before: string, escaped: string): string =>
  before
    .replace(new RegExp(String.raw`\b(?:parseInt|parseFloat)\(\s*${escaped}(?=\s*[,)])`, "g"), "present(")
    .replace(
      new RegExp(
        String.raw`(?<![\w.$])${escaped}(?:\.(?:trim|trimStart|toLowerCase|toUpperCase)\(\)){0,4}\.startsWith\(\s*["'](?:select|with|pragma|show)\b`,
        "gi",
      ),
      "present(",
    );

/** Without what is asked of functions whose answer says nothing here: that an address is one. */
const withoutIdle = (before: string, escaped: string, idle: readonly string[]): string =>
  idle.length === 0
    ? before
    : before.replace(
        new RegExp(
          String.raw`(?<![\w$.])(?:${idle.map(escapeForPattern).join("|")})\(\s*${escaped}(?=\s*[,)])`,
          "g",
        ),
        "present(",
      );

/** `if (q && q.trim())`: a text that says something may be any. */
const withoutTrim = (before: string, escaped: string): string =>
  before.replace(new RegExp(String.raw`(?<![\w.$])(${escaped})\??\.trim\(\)`, "g"), "$1");

const withoutTypes = (before: string, escaped: string): string =>
  before.replace(
    new RegExp(String.raw`typeof\s+(?:${escaped})(?![\w$(.[])\s*[!=]==?\s*["']string["']`, "g"),
    "present",
  );

interface Asked {
  readonly module: Module;
  readonly node: t.Node;
  readonly text: string;
  readonly handler: HandlerNames;
}

function isMentioned(
  { module, node, text, handler }: Asked,
  cleaned: (before: string, escaped: string) => string,
): boolean {
  const start = handler.fn.body.start ?? 0;
  const end = node.start ?? start;
  const above = withoutRefusals(
    withoutOthers(withoutNotes(codeOf(module), start, end, handler.fn), start, end, text, handler.fn),
    start,
    node,
    handler,
  );
  // However it is written, each of its names is: most values are named nowhere else, and the patterns below cost more.
  if (!(text.match(/[\w$]+/g) ?? []).every((name) => above.includes(name))) return false;
  const { escaped, value, asked } = patternsFor(text);
  if (!value.test(above)) return false;
  if (!asked.test(above)) return false;
  const code = withoutTexts(above, start, end, handler.fn);
  // What is taken out makes no condition of what was none, and taking it out costs more than to ask twice.
  if (!asked.test(cleaned(code, escaped))) return false;
  const idle = idleComparisons(new RegExp(`^(?:${escaped})$`), { module, node, fn: handler.fn });
  return (
    idle.length === 0 ||
    asked.test(
      cleaned(
        idle.reduce((rest, one) => blanked(rest, one.start - start, one.end - start), code),
        escaped,
      ),
    )
  );
}

/** How a value is written, and what asks about it. */
interface Patterns {
  readonly escaped: string;
  readonly value: RegExp;
  readonly asked: RegExp;
}

/** `req.body.name` is asked about by every rule that follows it, at each call it is given to. */
const KNOWN = new Map<string, Patterns>();
const MAX_KNOWN = 5_000;

function patternsFor(text: string): Patterns {
  let known = KNOWN.get(text);
  if (known === undefined) {
    if (KNOWN.size >= MAX_KNOWN) KNOWN.clear();
    known = patternsOf(text);
    KNOWN.set(text, known);
  }
  return known;
}

function patternsOf(text: string): Patterns {
  const escaped = accessPattern(text);
  const value = String.raw`(?<![\w.$])${escaped}(?![\w$])`;
  // Conditions are read up to the parenthesis that closes them: what stands behind is what they guard.
  const inner = String.raw`(?:[^(){};]|\((?:[^(){};]|\([^(){};]{0,200}\)){0,200}\)){0,200}?`;
  const asked = new RegExp(
    String.raw`(?:if|switch|while)\s*\((?:!\s*|await\s+){0,3}[\w$.]{1,80}\((?=[^(){};]{0,200}${value})|(?:if|switch|while)\s*\(${inner}${value}|\w+\s*\(\s*${value}\s*[,)]|\b(?:includes|has|test|startsWith|indexOf|match|some|find)\s*\([^)]*${value}|${value}\s*(?:\.(?:startsWith|match|indexOf|includes)|[!=]==?)|(?<![\w.$])[\w$]{1,60}\s*[!=]==?\s*${value}`,
  );
  return { escaped, value: new RegExp(value), asked };
}

/** `await audit(url)` on a line of its own writes down what was asked for. */
const withoutNoted = (line: string, called: string): string =>
  NOTES.test(called.slice(called.lastIndexOf(".") + 1)) ? "" : line;

const NOTES = /^(?:audit|track|log)(?:[A-Z]|$)/;
const STATEMENT = /^[ \t]*(?:await )?([\w.]+)\([^;\n]*/gm;

/** The text without conditions that only ask whether the value is there, and without what is logged. */
function withoutPresence(before: string, escaped: string): string {
  const value = String.raw`(?<![\w.$])${escaped}(?![\w$(.[]|\?\.)`;
  const empty = String.raw`(?:undefined|null|''|""|'undefined'|"undefined")`;
  return (
    before
      .replace(new RegExp(String.raw`console\.\w+\([^;\n]*`, "g"), "")
      .replace(STATEMENT, withoutNoted)
      .replace(new RegExp(String.raw`${value}\s*[!=]==?\s*${empty}`, "g"), "present")
      // What is put into a list is what it was.
      .replace(new RegExp(String.raw`\.push\(\s*${escaped}(?=\s*[,)])`, "g"), ".push(")
      // That a file is there, or is made, says nothing about where it lies; JSON may be anything, and a path leads anywhere.
      .replace(
        new RegExp(
          String.raw`\b(?:existsSync|mkdirSync|mkdir|JSON\.parse|path\.(?:resolve|join))\(\s*${escaped}(?=\s*[,)])`,
          "g",
        ),
        "present(",
      )
      .replace(
        new RegExp(
          String.raw`(?<![\w.$])${escaped}\??\.startsWith\(["']https?:?\/{0,2}["']\)\s*\?(?=[^:;]*:)`,
          "g",
        ),
        "present ?",
      )
      .replace(new RegExp(String.raw`${escaped}\??\.length\s*(?:[<>]=?|[!=]==?)\s*\d+`, "g"), "present")
      .replace(new RegExp(String.raw`typeof\s+${value}\s*[!=]==?\s*["']undefined["']`, "g"), "present")
      .replace(
        new RegExp(String.raw`(\bif\s*\(|&&|\|\||[(?])\s*!*\s*${value}(?=\s*(?:\)|&&|\|\||\?[^.]))`, "g"),
        conditionOnly,
      )
  );
}

/** `f(value)` is a test by `f`; `if (value)` and `(a && value)` are none. */
function conditionOnly(match: string, lead: string, at: number, whole: string): string {
  const before = whole.slice(0, at).trimEnd();
  return lead === "(" && /[\w$\])]$/.test(before) ? match : `${lead} present`;
}
