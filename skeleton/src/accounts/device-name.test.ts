import assert from "node:assert/strict";
import { test } from "node:test";
import { deviceName } from "./device-name.ts";

const CASES: readonly [userAgent: string, name: string][] = [
  ["", "Another browser"],
  ["curl/8.5.0", "Another browser"],
  ["<script>alert(1)</script>", "Another browser"],
  ["Your bank, please confirm your password at evil.example", "Another browser"],
  ["Linux ".repeat(10_000), "Another browser on Linux"],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
    "Edge on Windows",
  ],
  [
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
    "Chrome on Android",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "Safari on iPhone",
  ],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
    "Safari on macOS",
  ],
];

for (const [userAgent, name] of CASES) {
  test(`calls ${JSON.stringify(userAgent.slice(0, 60))} (${userAgent.length}) "${name}"`, () => {
    assert.equal(deviceName(userAgent), name);
  });
}
