import { readFileSync } from "node:fs";
import { addNonce } from "./add-nonce.ts";
import type { ViewEngine } from "./pug.ts";

/** The part of the package `ejs` that is used. */
interface Ejs {
  fileLoader: (path: string) => string | { toString(): string };
  renderFile(path: string, data: object, callback: (error: Error | null, html: string) => void): unknown;
}

/**
 * EJS as the view engine, with the nonce on every `<script>` and `<style>` of the templates and of what they include: it
 * cannot be forgotten. Markup that comes from a value (`<%- text %>`) gets none.
 *
 * Sets `ejs.fileLoader`, which is EJS's documented way to see a template before it is compiled. For the delimiters `<% %>`.
 *
 * @see https://ejs.co/#custom-file-loader
 * @example app.engine("ejs", ejsEngine(ejs)).set("view engine", "ejs");
 */
export function ejsEngine(ejs: Ejs): ViewEngine {
  ejs.fileLoader = (path) => withNonce(readFileSync(path, "utf8"));
  return function renderEjsWithNonce(path, options, callback) {
    ejs.renderFile(path, options, callback);
  };
}

/** What stands between the delimiters is code: a text in it may say "<script>" and mean a text. */
function withNonce(template: string): string {
  const code: string[] = [];
  let [markup, from] = ["", 0];
  for (;;) {
    const start = template.indexOf("<%", from);
    const end = start === -1 ? -1 : template.indexOf("%>", start + 2);
    if (end === -1) break;
    markup += `${template.slice(from, start)}\u0001${code.push(template.slice(start, end + 2)) - 1}\u0001`;
    from = end + 2;
  }
  markup += template.slice(from);
  const trusted = addNonce(markup, 'nonce="<%= cspNonce %>"');
  return trusted.replace(/\u0001(\d+)\u0001/g, (_all, index: string) => code[Number(index)] ?? "");
}
