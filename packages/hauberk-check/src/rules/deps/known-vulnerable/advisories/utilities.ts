import type { Table } from "./table.ts";

/** What handles objects and texts. */
export const UTILITIES: Table = {
  lodash: [
    ["CVE-2018-3721", "medium", "<4.17.5", "prototype pollution by merge()"],
    ["CVE-2018-16487", "high", "<4.17.11", "prototype pollution by merge()"],
    ["CVE-2019-10744", "critical", "<4.17.12", "prototype pollution by defaultsDeep()"],
    ["CVE-2020-8203", "high", ">=3.7.0 <4.17.19", "prototype pollution by zipObjectDeep()"],
    ["CVE-2021-23337", "high", "<4.17.21", "command injection through templates"],
    ["CVE-2025-13465", "medium", ">=4.0.0 <4.17.23", "unset() and omit() change a prototype"],
    ["CVE-2026-2950", "medium", "<4.18.0", "unset() and omit() change a prototype"],
    ["CVE-2026-4800", "high", ">=4.0.0 <4.18.0", "code execution through the imports of a template"],
  ],
  "lodash-es": [
    ["CVE-2019-10744", "critical", "<4.17.14", "prototype pollution by defaultsDeep()"],
    ["CVE-2021-23337", "high", "<4.17.21", "command injection through templates"],
    ["CVE-2026-4800", "high", ">=4.0.0 <4.18.0", "code execution through the imports of a template"],
  ],
  "lodash.template": [
    ["CVE-2026-4800", "high", ">=4.0.0 <4.18.0", "code execution through the imports of a template"],
  ],
  "lodash.defaultsdeep": [["CVE-2019-10744", "critical", "<4.6.1", "prototype pollution"]],
  underscore: [["CVE-2021-23358", "critical", ">=1.3.2 <1.12.1", "code execution through templates"]],
  minimist: [
    ["CVE-2021-44906", "critical", "<0.2.4 || >=1.0.0 <1.2.6", "prototype pollution by an argument"],
  ],
  qs: [
    ["CVE-2014-7191", "high", "<1.0.0", "a query fills the memory"],
    [
      "CVE-2017-1000048",
      "high",
      "<6.0.4 || >=6.1.0 <6.1.2 || >=6.2.0 <6.2.3 || >=6.3.0 <6.3.2",
      "a query changes the prototype of its result",
    ],
    [
      "CVE-2022-24999",
      "high",
      "<6.2.4 || >=6.3.0 <6.3.3 || >=6.4.0 <6.4.1 || >=6.5.0 <6.5.3 || >=6.6.0 <6.6.1 || >=6.7.0 <6.7.3 || >=6.8.0 <6.8.3 || >=6.9.0 <6.9.7 || >=6.10.0 <6.10.3",
      "prototype poisoning that hangs the process",
    ],
    ["CVE-2025-15284", "medium", "<6.14.1", "lists get past their limit and fill the memory"],
    ["CVE-2026-8723", "medium", ">=6.11.1 <6.15.2", "a list with null stops the process"],
    ["CVE-2026-82562", "medium", ">=6.14.2 <6.16.0", "lists get past their limit and fill the memory"],
  ],
  extend: [["CVE-2018-16492", "medium", "<2.0.2 || >=3.0.0 <3.0.2", "prototype pollution"]],
  hoek: [["CVE-2018-3728", "medium", "<4.2.1 || >=5.0.0 <5.0.3", "prototype pollution by merge()"]],
  merge: [["CVE-2020-28499", "high", "<2.1.1", "prototype pollution"]],
  "set-value": [["CVE-2021-23440", "high", "<2.0.1 || >=3.0.0 <4.0.1", "prototype pollution by a path"]],
  "dot-prop": [["CVE-2020-8116", "high", "<4.2.1 || >=5.0.0 <5.1.1", "prototype pollution by a path"]],
  "object-path": [["CVE-2021-23434", "medium", "<0.11.6", "prototype pollution by a path"]],
  immer: [["CVE-2021-23436", "critical", "<9.0.6", "prototype pollution by patches"]],
  flat: [["CVE-2020-36632", "critical", "<5.0.1", "prototype pollution by unflatten()"]],
  nconf: [["CVE-2022-21803", "high", "<0.11.4", "prototype pollution by set()"]],
  debug: [
    [
      "CVE-2017-16137",
      "medium",
      "<2.6.9 || >=3.0.0 <3.1.0 || >=3.2.0 <3.2.7 || >=4.0.0 <4.3.1",
      "catastrophic backtracking in a log line",
    ],
  ],
};
