import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { CONFIG_ERROR_CODES, HTTP_ERROR_CODES } from "./error-codes.ts";

const folder = new URL("..", import.meta.url);
const sources = readdirSync(fileURLToPath(folder), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.endsWith("error-codes.ts"))
  .map((path) => withoutComments(readFileSync(new URL(path.replaceAll("\\", "/"), folder), "utf8")));
const code = sources.join("\n");

/** A code that only a docstring promises is not thrown. */
function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
}

for (const name of [...Object.keys(CONFIG_ERROR_CODES), ...Object.keys(HTTP_ERROR_CODES)]) {
  test(`${name} is thrown somewhere`, () => {
    assert.ok(code.includes(`"${name}"`), `"${name}" is in the registry and nowhere else`);
  });
}

test("no code stands for two things", () => {
  const shared = Object.keys(CONFIG_ERROR_CODES).filter((name) => name in HTTP_ERROR_CODES);
  assert.deepEqual(shared, []);
});

test("codes are upper case words, and every one has a sentence", () => {
  const texts = [
    ...Object.entries(CONFIG_ERROR_CODES),
    ...Object.entries(HTTP_ERROR_CODES).map(([name, { text }]) => [name, text] as const),
  ];
  for (const [name, text] of texts) {
    assert.match(name, /^[A-Z]+(?:_[A-Z0-9]+)*$/);
    assert.match(text, /^(?:[A-Z]|hauberk\(\)).{10,}\.$/);
  }
});

test("a refusal's status is an error's", () => {
  for (const { status } of Object.values(HTTP_ERROR_CODES)) assert.ok(status >= 400 && status <= 599);
});

test("every ConfigError that is thrown has a code of the registry", () => {
  const used = [...code.matchAll(/new ConfigError\(\s*"([^"]+)"/g)].map(([, name]) => name ?? "");
  assert.ok(used.length > 20);
  assert.deepEqual(
    used.filter((name) => !(name in CONFIG_ERROR_CODES)),
    [],
  );
});
