import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { check } from "../../../check.ts";
import { memoryFiles } from "../../../files/project-files.ts";
import { saysUnknown, saysWrong } from "./texts.ts";

const ROWS: readonly (readonly [text: string, says: "unknown" | "wrong" | "neither"])[] = [
  ["User not found", "unknown"],
  ["User john not found!", "unknown"],
  ["No user with that username", "unknown"],
  ["Email does not exist", "unknown"],
  ["This email address is not registered", "unknown"],
  ["Incorrect username.", "unknown"],
  ["No account found for this e-mail", "unknown"],
  ["Wrong password", "wrong"],
  ["Invalid password for user: ", "wrong"],
  ["The password is incorrect", "wrong"],
  ["Password doesn't match", "wrong"],
  ["Invalid email or password", "neither"],
  ["Incorrect username or password", "neither"],
  ["Unknown user or wrong password", "neither"],
  ["Wrong user/password", "neither"],
  ["Your old password is incorrect", "neither"],
  ["Invalid email", "neither"],
  ["Invalid username", "neither"],
  ["Username is required", "neither"],
  ["The new password does not match", "neither"],
  ["User already exists", "neither"],
  ["Page not found", "neither"],
];

for (const [text, says] of ROWS)
  it(`${JSON.stringify(text)} says ${says}`, () => {
    const said = saysUnknown(text) ? "unknown" : saysWrong(text) ? "wrong" : "neither";
    assert.equal(said, says);
  });

it("quotes the sentence, and not the name of the page that shows it", async () => {
  const fixture = new URL("fixtures/fires/forgotten.js", import.meta.url);
  const files = memoryFiles(new Map([["app.js", readFileSync(fixture, "utf8")]]));
  const { findings } = await check({ files, only: ["auth/user-enumeration"] });
  const messages = findings.map((one) => one.message);
  assert.ok(
    messages.includes('Where there is no such account this is answered: "No user with that e-mail".'),
    messages.join("\n"),
  );
});
