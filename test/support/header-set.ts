import assert from "node:assert/strict";

/** Headers every answer carries, whoever wrote it, and what their value must look like. */
const ALWAYS: Readonly<Record<string, RegExp>> = {
  "x-content-type-options": /^nosniff$/,
  "referrer-policy": /^(no-referrer|strict-origin|strict-origin-when-cross-origin|same-origin)$/,
  "permissions-policy": /camera=\(\)/,
  "cross-origin-opener-policy": /^same-origin(?:; report-to="default")?$/,
  "cross-origin-resource-policy": /^same-origin$/,
  "x-frame-options": /^(DENY|SAMEORIGIN)$/i,
};

/** Headers that tell an attacker something, or that do harm. */
const NEVER = ["x-powered-by", "server", "x-aspnet-version", "x-runtime", "public-key-pins"];

const CSP_ESSENTIALS = [
  /(^|; ?)object-src 'none'/,
  /(^|; ?)base-uri 'none'/,
  /(^|; ?)frame-ancestors '(none|self)'/,
];

/** Looks up one header by its lower-case name. */
export type HeaderLookup = (name: string) => string | undefined;

/** Fails unless an answer carries the whole set. A 304 has no Content Security Policy: the stored one stays in force. */
export function assertHeaderSet(header: HeaderLookup, status: number): void {
  for (const [name, shape] of Object.entries(ALWAYS)) {
    assert.match(header(name) ?? "", shape, `${status} answer: header ${name}`);
  }
  for (const name of NEVER) assert.equal(header(name), undefined, `${status} answer: header ${name}`);
  if (status !== 304) assertPolicy(header("content-security-policy") ?? "");
}

function assertPolicy(policy: string): void {
  for (const essential of CSP_ESSENTIALS) assert.match(policy, essential);
  assert.doesNotMatch(policy, /'unsafe-inline'|'unsafe-eval'/);
}
