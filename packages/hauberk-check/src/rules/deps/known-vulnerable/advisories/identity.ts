import type { Table } from "./table.ts";

/** Tokens, signatures, sign-in, cryptography. */
export const IDENTITY: Table = {
  jsonwebtoken: [
    ["CVE-2015-9235", "critical", "<4.2.2", "the sender of a token chooses how it is verified"],
    ["CVE-2022-23539", "high", "<9.0.0", "keys of a weak type verify signatures"],
    ["CVE-2022-23540", "medium", "<9.0.0", "verification with the none algorithm"],
    ["CVE-2022-23541", "medium", "<9.0.0", "a public key is taken for a shared secret"],
  ],
  "express-jwt": [["CVE-2020-15084", "high", "<6.0.0", "authorization bypass without an algorithms option"]],
  "jwt-simple": [
    ["CVE-2016-10555", "critical", "<0.3.1", "the sender of a token chooses how it is verified"],
  ],
  jws: [
    ["CVE-2016-1000223", "high", "<3.0.0", "the sender of a token chooses how it is verified"],
    ["CVE-2025-65945", "high", "<3.2.3 || >=4.0.0 <4.0.1", "HMAC signatures are not always verified"],
  ],
  jose: [
    [
      "CVE-2022-36083",
      "medium",
      ">=1.0.0 <1.28.2 || >=2.0.0 <2.0.6 || >=3.0.0 <3.20.4 || >=4.0.0 <4.9.2",
      "a token says how long its key is derived",
    ],
  ],
  "node-jose": [["CVE-2023-25653", "high", "<2.2.0", "elliptic curves can hold the process"]],
  passport: [["CVE-2022-25896", "medium", "<0.6.0", "session fixation"]],
  "passport-oauth2": [["CVE-2021-41580", "medium", "<1.6.1", "an answer without a token counts as success"]],
  "passport-saml": [["CVE-2022-39299", "high", "<3.2.2", "signatures are bypassed by a second root"]],
  "node-saml": [["CVE-2022-39299", "high", "<4.0.0", "signatures are bypassed by a second root"]],
  "@node-saml/node-saml": [["CVE-2022-39299", "high", "<4.0.0", "signatures are bypassed by a second root"]],
  "@node-saml/passport-saml": [
    ["CVE-2022-39299", "high", "<4.0.0", "signatures are bypassed by a second root"],
  ],
  samlify: [
    ["CVE-2017-1000452", "high", "<2.4.0", "an answer is used again for another user"],
    ["CVE-2025-47949", "critical", "<2.10.0", "a signed answer is wrapped into a forged one"],
    ["CVE-2026-46490", "high", "<2.13.0", "values of attributes are not escaped"],
  ],
  "xml-crypto": [
    ["GHSA-c27r-x354-4m68", "high", "<2.0.0", "a public key is taken for a shared secret"],
    ["CVE-2024-32962", "critical", ">=4.0.0 <6.0.0", "a signature brings its own certificate"],
    [
      "CVE-2025-29774",
      "critical",
      "<2.1.6 || >=3.0.0 <3.2.1 || >=4.0.0 <6.0.1",
      "forged signatures are accepted",
    ],
    [
      "CVE-2025-29775",
      "critical",
      "<2.1.6 || >=3.0.0 <3.2.1 || >=4.0.0 <6.0.1",
      "forged signatures are accepted",
    ],
  ],
  hawk: [["CVE-2022-29167", "high", "<9.0.1", "catastrophic backtracking in the Host header"]],
  "basic-auth-connect": [["CVE-2024-47178", "high", "<1.1.0", "passwords are compared in readable time"]],
  bcrypt: [["CVE-2020-7689", "medium", "<5.0.0", "passwords are cut off, and compared so"]],
  "crypto-js": [["CVE-2023-46233", "critical", "<4.2.0", "PBKDF2 with one round of SHA-1 by default"]],
  "node-forge": [
    ["CVE-2020-7720", "high", "<0.10.0", "prototype pollution by setPath()"],
    ["CVE-2022-0122", "medium", "<1.0.0", "addresses are read differently than by a browser"],
    ["CVE-2022-24771", "high", "<1.3.0", "forged RSA signatures are accepted"],
    ["CVE-2022-24772", "high", "<1.3.0", "forged RSA signatures are accepted"],
    ["CVE-2025-12816", "high", "<1.3.2", "a structure is verified differently than it is read"],
    ["CVE-2025-66031", "high", "<1.3.2", "nested structures exhaust the stack"],
    ["CVE-2026-33891", "high", "<1.4.0", "a zero holds the process"],
    ["CVE-2026-33895", "high", "<1.4.0", "forged Ed25519 signatures are accepted"],
    ["CVE-2026-33896", "high", "<1.4.0", "any certificate signs others"],
  ],
  elliptic: [
    ["CVE-2020-13822", "high", "<6.5.3", "a signature has several forms"],
    ["CVE-2020-28498", "medium", "<6.5.4", "points that are not on the curve tell the key"],
    ["GHSA-vjh7-7g9h-fjfh", "critical", "<6.6.1", "signing a malformed text tells the key"],
  ],
};
