import assert from "node:assert/strict";
import { it } from "node:test";
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
