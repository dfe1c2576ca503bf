import assert from "node:assert/strict";
import test from "node:test";
import { parse } from "@babel/parser";
import { Lines } from "./lines.ts";

const TEXTS: readonly [name: string, text: string][] = [
  ["an empty text", ""],
  ["one line without an end", "const a = 1;"],
  ["line feeds", "a;\n\nb(\n  c);\n"],
  ["carriage returns with line feeds", "a;\r\n  b;\r\nc;"],
  ["lone carriage returns", "a;\r b;\rc;"],
  ["Unicode's line and paragraph separators", "a;\u2028b;\u2029  c;"],
  ["a byte order mark and characters of two units", "\uFEFFa('\u{1F600}');\n  b('\u{1F600}', c);"],
  ["a template over lines", "const t = `x\r\n\u2028${a}\n`;\n\n  b;"],
];

for (const [name, text] of TEXTS) {
  test(`finds the places the parser would have named: ${name}`, () => {
    const ast = parse(text, { tokens: true });
    const lines = new Lines(text);
    assert.equal(lines.count, ast.loc?.end.line);
    for (const token of ast.tokens ?? []) {
      const { start, end, loc } = token as {
        start: number;
        end: number;
        loc: { start: { line: number; column: number }; end: { line: number; column: number } };
      };
      assert.deepEqual(lines.at(start), { line: loc.start.line, column: loc.start.column });
      assert.deepEqual(lines.at(end), { line: loc.end.line, column: loc.end.column });
    }
  });
}
