import type { Response } from "express";
import { addNonce } from "./add-nonce.ts";
import { nextTag } from "./tags.ts";

/** Markup that was made by `html`: it is put into other markup as it is. */
export class Html {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

type HtmlTag = (literals: TemplateStringsArray, ...values: readonly unknown[]) => Html;

/**
 * Makes markup from a template literal: values are escaped, and every `<script>` and `<style>` written in the literal
 * carries the answer's nonce.
 *
 * Values are texts, numbers, other `html` markup, or lists of them; `undefined`, `null` and `false` are left out. A value
 * inside a script or style, or as an attribute without quotes, is refused: escaping would not make it safe there.
 *
 * @throws {TypeError} for a value in such a place
 * @example
 * const html = htmlFor(res);
 * res.send(String(html`<p>${req.query.name}</p><script src="/app.js"></script>`));
 */
export function htmlFor(res: Pick<Response, "locals">): HtmlTag {
  return (literals, ...values) => {
    const parts = prepare(literals);
    const filled = parts.map((part, index) => {
      // A page without scripts does not ask, and may be cached.
      const text = part.includes(NONCE) ? part.replaceAll(NONCE, res.locals.cspNonce) : part;
      return index === 0 ? text : write(values[index - 1]) + text;
    });
    return new Html(filled.join(""));
  };
}

const NONCE = "\u0000nonce\u0000";
const VALUE = "\u0000value\u0000";

/** A literal is the same list each time it is evaluated. */
const prepared = new WeakMap<TemplateStringsArray, readonly string[]>();

function prepare(literals: TemplateStringsArray): readonly string[] {
  let parts = prepared.get(literals);
  if (parts === undefined) {
    for (const index of literals.keys())
      assertPlace(literals.slice(0, index + 1).join(VALUE), literals, index);
    parts = addNonce(literals.join(VALUE), `nonce="${NONCE}"`).split(VALUE);
    prepared.set(literals, parts);
  }
  return parts;
}

/** @param before all that is written in front of the value */
function assertPlace(before: string, literals: TemplateStringsArray, index: number): void {
  if (index === literals.length - 1) return;
  const element = openElement(before);
  if (element !== undefined)
    throw new TypeError(
      `html: value ${index + 1} stands inside a <${element}>; put it into a data- attribute.`,
    );
  if (/<[a-z][^<>]*=\s*$/i.test(before))
    throw new TypeError(`html: value ${index + 1} is an attribute without quotes; write ="\${...}".`);
}

/** The script or style that a text begins and does not end. */
function openElement(before: string): string | undefined {
  const text = before.toLowerCase();
  for (let from = 0; ;) {
    const tag = nextTag(text, from);
    if (tag === undefined) return undefined;
    from = text.indexOf(`</${tag.name}`, tag.end);
    if (from === -1) return tag.name;
  }
}

function write(value: unknown): string {
  if (value === undefined || value === null || value === false) return "";
  if (value instanceof Html) return value.toString();
  if (Array.isArray(value)) return value.map(write).join("");
  return escapeHtml(typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
