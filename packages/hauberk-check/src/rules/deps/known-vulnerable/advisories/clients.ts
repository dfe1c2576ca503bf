import type { Table } from "./table.ts";

/** What calls other hosts, sends mail, or starts programs. */
export const CLIENTS: Table = {
  axios: [
    ["CVE-2019-10742", "high", "<0.18.1", "the limit on the size of an answer does not hold"],
    ["CVE-2020-28168", "medium", "<0.21.1", "a redirect gets past the proxy"],
    ["CVE-2021-3749", "high", "<0.21.2", "catastrophic backtracking in trim()"],
    ["CVE-2023-45857", "medium", ">=0.8.1 <0.28.0 || >=1.0.0 <1.6.0", "the CSRF token is sent to every host"],
    ["CVE-2024-39338", "high", ">=1.3.2 <1.7.4", "a path is taken for a host"],
    ["CVE-2025-58754", "high", ">=0.28.0 <0.30.2 || >=1.0.0 <1.12.0", "data: addresses fill the memory"],
    ["CVE-2026-42264", "high", ">=1.0.0 <1.15.2", "a polluted prototype redirects requests"],
    ["CVE-2026-44486", "high", "<0.32.0 || >=1.0.0 <1.16.0", "a redirect gets the proxy's credentials"],
    ["CVE-2026-44494", "high", ">=1.0.0 <1.16.0", "a polluted prototype sets the proxy"],
    [
      "CVE-2026-67313",
      "medium",
      ">=0.28.0 <0.33.0 || >=1.0.0 <1.18.0",
      "nested form fields exhaust the stack",
    ],
  ],
  request: [
    ["CVE-2023-28155", "medium", "*", "a redirect to another protocol gets past checks of the address"],
  ],
  "node-fetch": [
    ["CVE-2022-0235", "high", "<2.6.7 || >=3.0.0 <3.1.1", "a redirect gets the credentials"],
    ["CVE-2022-2596", "medium", ">=3.0.0 <3.2.10", "catastrophic backtracking in the referrer"],
  ],
  got: [["CVE-2022-33987", "medium", "<11.8.5 || >=12.0.0 <12.1.0", "a redirect leads to a Unix socket"]],
  "follow-redirects": [
    ["CVE-2022-0155", "high", "<1.14.8", "a redirect gets the cookies"],
    ["CVE-2024-28849", "medium", "<1.15.6", "a redirect gets the proxy's credentials"],
  ],
  "http-proxy": [["GHSA-6x33-pw7p-hmpq", "high", "<1.18.1", "a long body stops the process"]],
  "http-proxy-middleware": [
    ["CVE-2024-21536", "high", "<2.0.7 || >=3.0.0 <3.0.3", "a path stops the process"],
    ["CVE-2025-32996", "medium", ">=1.3.0 <2.0.8 || >=3.0.0 <3.0.4", "a body is written twice"],
    [
      "CVE-2026-55602",
      "medium",
      ">=0.16.0 <2.0.10 || >=3.0.0 <3.0.6 || >=4.0.0 <4.1.0",
      "a request chooses another target",
    ],
    ["CVE-2026-55603", "high", ">=3.0.4 <3.0.7 || >=4.0.0 <4.1.1", "line breaks in a form add fields"],
  ],
  "tough-cookie": [["CVE-2023-26136", "medium", "<4.1.3", "prototype pollution by a cookie"]],
  "url-parse": [["CVE-2022-0686", "critical", "<1.5.8", "the host is read wrongly"]],
  ip: [["CVE-2024-29415", "high", "<=2.0.1", "private addresses count as public"]],
  netmask: [["CVE-2021-29418", "medium", "<2.0.1", "addresses with octal digits are read wrongly"]],
  nodemailer: [
    ["CVE-2020-7769", "critical", "<6.4.16", "an address adds arguments to sendmail"],
    ["GHSA-9h6g-pr28-7cqp", "medium", "<6.9.9", "catastrophic backtracking in attachments"],
    ["CVE-2025-13033", "medium", "<7.0.7", "mail goes to another domain than was checked"],
    ["GHSA-vvjj-xcjg-gr5g", "medium", "<8.0.5", "line breaks in a name add SMTP commands"],
    ["GHSA-268h-hp4c-crq3", "medium", "<8.0.9", "line breaks in a comment add headers"],
    ["CVE-2026-82659", "high", "<9.0.1", "raw messages read files and call hosts"],
  ],
  "node-notifier": [["CVE-2020-7789", "medium", "<8.0.1", "command injection on Linux"]],
  shelljs: [["CVE-2022-0144", "high", "<0.8.5", "others on the machine read the output"]],
  systeminformation: [
    ["CVE-2023-42810", "critical", ">=5.0.0 <5.21.7", "command injection through the name of a network"],
  ],
  log4js: [["CVE-2022-21704", "medium", "<6.4.0", "everybody on the machine reads the log files"]],
};
