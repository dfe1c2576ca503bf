import type { Severity } from "../../rule.ts";

/** A published hole. */
export interface Advisory {
  readonly name: string;
  readonly below: string;
  readonly from?: string;
  readonly id: string;
  /** As the advisory database of GitHub rates it. */
  readonly severity: Severity;
  readonly what: string;
}

/** Advisories about packages that stand in an Express app's request path. `below` is the first fixed version. */
export const ADVISORIES: readonly Advisory[] = [
  {
    name: "express",
    below: "4.20.0",
    id: "CVE-2024-43796",
    severity: "low",
    what: "XSS through res.redirect()",
  },
  {
    name: "express",
    below: "4.19.2",
    id: "CVE-2024-29041",
    severity: "medium",
    what: "open redirect by malformed URLs",
  },
  {
    name: "body-parser",
    below: "1.20.3",
    id: "CVE-2024-45590",
    severity: "high",
    what: "denial of service by urlencoded bodies",
  },
  {
    name: "path-to-regexp",
    below: "0.1.12",
    id: "CVE-2024-52798",
    severity: "high",
    what: "catastrophic backtracking in route patterns",
  },
  {
    name: "send",
    below: "0.19.0",
    id: "CVE-2024-43799",
    severity: "low",
    what: "template injection that leads to XSS",
  },
  {
    name: "serve-static",
    below: "1.16.0",
    id: "CVE-2024-43800",
    severity: "low",
    what: "template injection that leads to XSS",
  },
  {
    name: "cookie",
    below: "0.7.0",
    id: "CVE-2024-47764",
    severity: "low",
    what: "out-of-bounds characters in cookie names",
  },
  {
    name: "multer",
    below: "2.0.2",
    id: "CVE-2025-7338",
    severity: "high",
    what: "a malformed upload stops the process",
  },
  {
    name: "jsonwebtoken",
    below: "9.0.0",
    id: "CVE-2022-23540",
    severity: "medium",
    what: "verification with the none algorithm",
  },
  {
    name: "express-jwt",
    below: "6.0.0",
    id: "CVE-2020-15084",
    severity: "high",
    what: "authorization bypass without an algorithms option",
  },
  {
    name: "express-fileupload",
    below: "1.1.10",
    id: "CVE-2020-7699",
    severity: "critical",
    what: "prototype pollution",
  },
  {
    name: "ejs",
    below: "3.1.7",
    id: "CVE-2022-29078",
    severity: "critical",
    what: "code execution through template options",
  },
  {
    name: "pug",
    below: "3.0.1",
    id: "CVE-2021-21353",
    severity: "high",
    what: "code execution through the pretty option",
  },
  {
    name: "handlebars",
    below: "4.7.7",
    id: "CVE-2021-23369",
    severity: "critical",
    what: "code execution when compiling templates",
  },
  { name: "passport", below: "0.6.0", id: "CVE-2022-25896", severity: "medium", what: "session fixation" },
  {
    name: "ws",
    below: "8.17.1",
    from: "8.0.0",
    id: "CVE-2024-37890",
    severity: "high",
    what: "denial of service by many headers",
  },
  {
    name: "node-serialize",
    below: "99.0.0",
    id: "CVE-2017-5941",
    severity: "critical",
    what: "code execution by unserialize()",
  },
  {
    name: "lodash",
    below: "4.17.21",
    id: "CVE-2021-23337",
    severity: "high",
    what: "command injection through templates",
  },
  {
    name: "qs",
    below: "6.2.4",
    id: "CVE-2022-24999",
    severity: "high",
    what: "prototype poisoning that hangs the process",
  },
];
