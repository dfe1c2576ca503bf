import assert from "node:assert/strict";
import { test } from "node:test";
import { passwordProblem } from "./policy.ts";
import { cpuMillis } from "../../../test/support/cpu-time.ts";

const EMAIL = "alice.liddell@wonderland.example";

const REFUSED: readonly string[] = [
  "",
  "short",
  "x7!kQz9#mW2$pL",
  "🔒".repeat(14),
  "aaaaaaaaaaaaaaaaaaaa",
  "abababababababababab",
  "123456789012345678",
  "987654321098765432",
  "abcdefghijklmnopqrstuvwxyz",
  "qwertyuiopasdfghjkl",
  "qwertyuiopasdfghjklzxcvbnm",
  "1q2w3e4r5t6y7u8i9o0p",
  "1qaz2wsx3edc4rfv",
  "passwordpassword",
  "password123456789",
  "P@ssw0rd!P@ssw0rd!",
  "Password2024!!!!!!!!!",
  "PASSWORD PASSWORD",
  "iloveyou1234567890",
  "welcome2025welcome2025",
  "correcthorsebatterystaple",
  "hauberk hauberk hauberk",
  "alice.liddell@wonderland.example",
  "aliceliddell2026",
  "wonderland-wonderland-1",
  "ｐａｓｓｗｏｒｄ１２３４５６７８９",
  "               ",
  "................",
  "a".repeat(257),
  "x".repeat(1_000_000),
  `quiet otter maps tundra\ud800`,
];

for (const password of REFUSED) {
  test(`refuses ${JSON.stringify(password.slice(0, 40))} (${password.length} characters)`, () => {
    assert.notEqual(passwordProblem(password, EMAIL), undefined);
  });
}

const ACCEPTED: readonly string[] = [
  "quiet otter maps tundra",
  "correct horse battery staple",
  "purple monkey dishwasher",
  "x7!kQz9#mW2$pL0",
  "żółta łódź podwodna",
  "🔒🦊🌊🎻🪐🍞🚲🧊🎯🪵🧵🌙🍋🪁🛶",
  "quiet\u0000otter\u0000maps\u0000tundra",
  "  leading and trailing spaces  ",
  Array.from({ length: 64 }, (_, n) => String.fromCodePoint(0x4e00 + n))
    .join("")
    .repeat(4),
];

for (const password of ACCEPTED) {
  test(`accepts ${JSON.stringify(password.slice(0, 40))}`, () => {
    assert.equal(passwordProblem(password, EMAIL), undefined);
  });
}

test("answers quickly for the longest password it looks at", () => {
  const spent = cpuMillis(() => {
    for (let n = 0; n < 20; n += 1) passwordProblem("qwertyuiop".repeat(25), EMAIL);
  });
  assert.ok(spent < 1_000);
});
