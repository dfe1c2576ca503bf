import assert from "node:assert/strict";
import { test } from "node:test";
import { parseForm } from "../web/forms.ts";
import { LOG_IN_FIELDS, logInForm, SIGN_UP_FIELDS, signUpForm } from "./forms.ts";

const PASSWORD = "quiet otter maps tundra";

/** Each would be an account of its own beside ada@example.com, with guesses of its own, and look like it. */
const LOOKALIKES: readonly [name: string, email: string][] = [
  ["a zero-width space", "ad\u200ba@example.com"],
  ["a zero-width joiner", "ada\u200d@example.com"],
  ["a byte order mark within", "a\ufeffda@example.com"],
  ["a soft hyphen", "a\u00adda@example.com"],
  ["a change of direction", "\u202eada@example.com"],
  ["a combining accent", "ada\u0301@example.com"],
  ["a variation selector", "ada\ufe0f@example.com"],
  ["a Cyrillic letter", "\u0430da@example.com"],
  ["full-width letters", "\uff41da@example.com"],
  ["a full-width at sign", "ada\uff20example.com"],
  ["the sign for Kelvin in place of a k", "ada@\u212a.example.com"],
  ["a dotless i", "\u0131da@example.com"],
  ["a capital I with a dot", "\u0130da@example.com"],
  ["NUL", "ada\u0000@example.com"],
  ["a line break", "ada@example.com\nbcc: eve@example.com"],
  ["a tag character", "ada\u{e0041}@example.com"],
];

for (const [name, email] of LOOKALIKES) {
  test(`refuses an address with ${name}, to sign up and to log in`, () => {
    for (const [form, fields] of [
      [signUpForm, SIGN_UP_FIELDS],
      [logInForm, LOG_IN_FIELDS],
    ] as const) {
      const result = parseForm(form, fields, { email, password: PASSWORD });
      assert.ok(!result.ok);
      assert.match(result.form.errors["email"] ?? "", /Enter an e-mail address/);
    }
  });
}

test("takes capital letters and spaces around an address for the same account", () => {
  const result = parseForm(logInForm, LOG_IN_FIELDS, { email: " Ada@Example.COM\t", password: PASSWORD });
  assert.ok(result.ok);
  assert.equal(result.data.email, "ada@example.com");
});
