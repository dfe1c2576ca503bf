import type { Table } from "./table.ts";

/** Express itself, what stands in front of its routes, uploads, sockets. */
export const WEB: Table = {
  express: [
    ["CVE-2024-29041", "medium", "<4.19.2", "open redirect by malformed URLs"],
    ["CVE-2014-6393", "medium", "<3.11.0 || >=4.0.0 <4.5.0", "error pages without a charset"],
    ["CVE-2024-10491", "medium", "<4.0.0", "response.links() writes what it is given into the header"],
    ["CVE-2024-43796", "low", "<4.20.0", "XSS through res.redirect()"],
  ],
  "body-parser": [
    ["CVE-2024-45590", "high", "<1.20.3", "denial of service by urlencoded bodies"],
    ["CVE-2025-13466", "medium", ">=2.2.0 <2.2.1", "denial of service by urlencoded bodies"],
  ],
  "path-to-regexp": [
    [
      "CVE-2024-45296",
      "high",
      "<0.1.10 || >=0.2.0 <1.9.0 || >=2.0.0 <3.3.0 || >=4.0.0 <6.3.0 || >=7.0.0 <8.0.0",
      "catastrophic backtracking in route patterns",
    ],
    ["CVE-2024-52798", "high", "<0.1.12", "catastrophic backtracking in route patterns"],
    ["CVE-2026-4923", "medium", ">=8.0.0 <8.4.0", "catastrophic backtracking in several wildcards"],
    ["CVE-2026-4926", "high", ">=8.0.0 <8.4.0", "catastrophic backtracking in optional groups"],
  ],
  send: [
    ["CVE-2015-8859", "medium", "<0.11.1", "tells the path of the served folder"],
    ["CVE-2024-43799", "low", "<0.19.0", "template injection that leads to XSS"],
  ],
  "serve-static": [
    ["CVE-2024-43800", "low", "<1.16.0 || >=2.0.0 <2.1.0", "template injection that leads to XSS"],
  ],
  st: [
    ["CVE-2014-3744", "high", "<0.2.5", "files outside the folder are served"],
    ["CVE-2017-16224", "medium", "<1.2.2", "open redirect by two slashes"],
  ],
  cookie: [["CVE-2024-47764", "low", "<0.7.0", "out-of-bounds characters in cookie names"]],
  "method-override": [["CVE-2017-16136", "high", ">=1.0.2 <2.3.10", "catastrophic backtracking in a header"]],
  morgan: [["CVE-2019-5413", "critical", "<1.9.1", "code execution through a format"]],
  negotiator: [["CVE-2016-10539", "high", "<0.6.1", "catastrophic backtracking in Accept-Language"]],
  fresh: [["CVE-2017-16119", "high", "<0.5.2", "catastrophic backtracking in a header"]],
  "helmet-csp": [
    ["GHSA-c3m8-x3cg-qm2c", "medium", ">=1.2.2 <2.9.1", "Firefox gets a policy without default-src"],
  ],
  "express-brute": [["GHSA-984p-xq9m-4rjw", "medium", "*", "requests at the same time are not counted"]],
  "mongo-express": [["CVE-2019-10758", "high", "<0.54.0", "code execution by whoever is signed in"]],
  multer: [
    ["CVE-2025-47935", "high", "<2.0.0", "uploads that break off fill the memory"],
    ["CVE-2025-47944", "high", ">=1.4.5 <2.0.0", "a malformed upload stops the process"],
    ["CVE-2025-48997", "high", ">=1.4.5 <2.0.1", "a file without a field name stops the process"],
    ["CVE-2025-7338", "high", ">=1.4.5 <2.0.2", "a malformed upload stops the process"],
    ["CVE-2026-2359", "high", "<2.1.0", "uploads that break off exhaust the server"],
    ["CVE-2026-3520", "high", "<2.1.1", "a malformed upload exhausts the stack"],
    ["CVE-2026-5079", "high", ">=1.0.0 <2.2.0", "deeply nested field names fill the memory"],
    ["CVE-2026-5038", "medium", ">=2.0.0 <2.2.0", "uploads that break off stay on the disk"],
  ],
  "express-fileupload": [["CVE-2020-7699", "critical", "<1.1.9", "prototype pollution"]],
  dicer: [["CVE-2022-24434", "high", "<=0.3.1", "a malformed upload stops the process"]],
  ws: [
    ["CVE-2016-10542", "high", "<1.1.1", "one large message stops the process"],
    ["GHSA-5v72-xg48-5rpm", "high", ">=0.6.0 <1.1.5 || >=2.0.0 <3.3.1", "a header stops the process"],
    [
      "CVE-2021-32640",
      "medium",
      ">=5.0.0 <5.2.3 || >=6.0.0 <6.2.2 || >=7.0.0 <7.4.6",
      "catastrophic backtracking in a header",
    ],
    [
      "CVE-2024-37890",
      "high",
      ">=2.1.0 <5.2.4 || >=6.0.0 <6.2.3 || >=7.0.0 <7.5.10 || >=8.0.0 <8.17.1",
      "denial of service by many headers",
    ],
    ["CVE-2026-45736", "medium", ">=8.0.0 <8.20.1", "memory of the server is sent on close()"],
    [
      "CVE-2026-48779",
      "high",
      ">=1.1.0 <5.2.5 || >=6.0.0 <6.2.4 || >=7.0.0 <7.5.11 || >=8.0.0 <8.21.0",
      "tiny fragments fill the memory",
    ],
  ],
  "socket.io": [
    ["CVE-2017-16031", "high", "<0.9.7", "ids of sockets can be guessed"],
    ["CVE-2020-28481", "medium", "<2.4.0", "every origin is allowed by default"],
    ["CVE-2024-38355", "medium", "<2.5.1 || >=3.0.0 <4.6.2", "one packet stops the process"],
  ],
  "socket.io-parser": [
    [
      "CVE-2022-2421",
      "critical",
      "<3.3.3 || >=3.4.0 <3.4.2 || >=4.0.0 <4.0.5 || >=4.1.0 <4.2.1",
      "a packet puts functions where data is expected",
    ],
    ["CVE-2020-36049", "high", "<3.3.2 || >=3.4.0 <3.4.1", "a large packet fills the memory"],
    [
      "CVE-2023-32695",
      "medium",
      "<3.3.4 || >=3.4.0 <3.4.3 || >=4.0.4 <4.2.3",
      "one packet stops the process",
    ],
    ["CVE-2026-69185", "high", "<3.3.6 || >=3.4.0 <3.4.5 || >=4.0.0 <4.2.7", "one packet fills the memory"],
  ],
  "engine.io": [
    ["CVE-2022-41940", "high", "<3.6.1 || >=4.0.0 <6.2.1", "one request stops the process"],
    ["CVE-2023-31125", "medium", ">=5.1.0 <6.4.2", "one request stops the process"],
  ],
  graphql: [["CVE-2023-26144", "medium", ">=16.3.0 <16.8.1", "large queries hold the process"]],
};
