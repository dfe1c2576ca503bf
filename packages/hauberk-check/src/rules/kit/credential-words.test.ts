import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { credentialNamed, credentialVariable, isCredential } from "./credential-words.ts";

describe("credentialNamed", () => {
  const rows: readonly (readonly [string, ReturnType<typeof credentialNamed>])[] = [
    ["ADMIN_PASSWORD", "password"],
    ["dbPass", "password"],
    ["BACKDOOR_PASS", "password"],
    ["smtp-password", "password"],
    ["masterPwd", "password"],
    ["JWT_SECRET", "secret"],
    ["session-secret", "secret"],
    ["MASTER_KEY", "secret"],
    ["DEMO_API_KEY", "key"],
    ["apiToken", "key"],
    ["password", undefined],
    ["secret", undefined],
    ["compass", undefined],
    ["adminBypass", undefined],
    ["TEST_DB_PASSWORD", undefined],
    ["resetUserPassword", undefined],
    ["ADMIN_PASSWORD_FIELD", undefined],
    ["INVALID_API_KEY", undefined],
    ["AUTH_TOKEN_HEADER", undefined],
    ["STRIPE_PUBLISHABLE_API_KEY", undefined],
    ["CACHE_KEY", undefined],
    ["USER_SERVICE_TOKEN_TTL", undefined],
  ];
  for (const [name, want] of rows)
    it(`says ${String(want)} of ${name}`, () => {
      assert.equal(credentialNamed(name), want);
    });
});

describe("credentialVariable", () => {
  for (const [name, want] of [
    ["PASSWORD", "password"],
    ["PGPASSWORD", "password"],
    ["SMTP_PASS", "password"],
    ["SECRET", "secret"],
    ["API_TOKEN", "key"],
    ["TEST_PASSWORD", undefined],
    ["PASSWORD_MIN", undefined],
    ["TOKEN_TTL", undefined],
  ] as const)
    it(`says ${String(want)} of the variable ${name}`, () => {
      assert.equal(credentialVariable(name), want);
    });
});

describe("isCredential", () => {
  const rows: readonly (readonly ["password" | "secret" | "key", string, string, boolean])[] = [
    ["password", "ADMIN_PASSWORD", "sunflower", true],
    ["password", "ADMIN_PASSWORD", "admin", true],
    ["password", "ADMIN_PASSWORD", "admin123", true],
    ["password", "DB_PASS", "12345", true],
    ["password", "DB_PASSWORD", "rootpassword", true],
    ["secret", "MASTER_KEY", "foxtrot9", true],
    ["secret", "JWT_SECRET", "marmalade", true],
    ["key", "API_TOKEN", "tok-4711-abc", true],
    ["key", "DEMO_API_KEY", "demokey123", true],
    ["key", "COURIER_API_KEY", "courier-api-key-hardcoded-WREN", true],
    ["key", "INTERNAL_TOKEN", "kiosk-internal-token-hardcoded", true],
    ["key", "API_KEY", "no-hardcoded-api-key", false],
    ["key", "API_KEY", "detect-hardcoded-key", false],
    ["key", "API_KEY", "hardcoded-api-key", false],
    ["key", "API_KEY", "Found a hard-coded key", false],
    ["password", "ADMIN_PASSWORD", "adminPassword", false],
    ["password", "ADMIN_PASSWORD", "Password is required", false],
    ["password", "DB_PASSWORD", "DATABASE_PASS", false],
    ["password", "DB_PASSWORD", "${DB_PASSWORD}", false],
    ["password", "DB_PASSWORD", "changeme", false],
    ["password", "DB_PASSWORD", "your_password", false],
    ["password", "DB_PASSWORD", "password", false],
    ["password", "ADMIN_PASSWORD", "#adminPw", false],
    ["password", "ADMIN_PASSWORD", "Beh\u00F6rdenkennwort", false],
    ["password", "LOGIN_PASSWORD", "field--password", false],
    ["secret", "JWT_SECRET", "jwt.secret", false],
    ["secret", "CLIENT_SECRET", "user/setClientSecret", false],
    ["key", "API_KEY", "x-api-key", false],
    ["key", "AUTH_TOKEN", "auth-token", false],
    ["key", "AUTH_TOKEN", "token2", false],
    ["key", "ADMIN_TOKEN", "AdminRepository", false],
    ["key", "ACCESS_TOKEN", "pk_live_51Habcdef", false],
    ["key", "AUTH_KEY", "aes-256-gcm", false],
  ];
  for (const [kind, name, text, want] of rows)
    it(`${want ? "takes" : "leaves"} ${text} under ${name}`, () => {
      assert.equal(isCredential(kind, name, text), want);
    });
});
