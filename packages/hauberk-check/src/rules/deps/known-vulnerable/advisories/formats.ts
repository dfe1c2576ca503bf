import type { Table } from "./table.ts";

/** XML, YAML, JSON, archives, images, tables, and code that is read from text. */
export const FORMATS: Table = {
  "js-yaml": [
    ["GHSA-2pr6-76vf-7546", "medium", "<3.13.0", "a document holds the process"],
    ["GHSA-8j8c-7jfh-h6hx", "high", "<3.13.1", "code execution through load()"],
    ["CVE-2025-64718", "medium", "<3.14.2 || >=4.0.0 <4.1.1", "prototype pollution by merge keys"],
    ["CVE-2026-59869", "high", ">=3.0.0 <3.15.0 || >=4.0.0 <4.3.0", "merge keys hold the process"],
    ["GHSA-5p4m-2wfm-xmqj", "high", ">=3.0.0 <3.15.1 || >=4.0.0 <4.3.1", "ordered maps hold the process"],
    ["CVE-2026-59870", "medium", ">=5.0.0 <5.2.1", "ordered maps hold the process"],
    ["CVE-2026-73643", "high", ">=5.0.0 <5.2.2", "nested lists hold the process"],
  ],
  libxmljs: [["CVE-2024-34391", "high", "<=1.0.11", "type confusion when XML is read"]],
  libxmljs2: [["CVE-2024-34393", "critical", "<=0.35.0", "type confusion when XML is read"]],
  xml2js: [["CVE-2023-0842", "medium", "<0.5.0", "prototype pollution"]],
  xmldom: [["CVE-2022-39353", "critical", "*", "several root nodes are accepted"]],
  "@xmldom/xmldom": [
    ["CVE-2022-39353", "critical", "<0.7.7 || >=0.8.0 <0.8.4", "several root nodes are accepted"],
  ],
  "fast-xml-parser": [["CVE-2023-26920", "high", "<4.1.2", "prototype pollution by the name of a tag"]],
  "node-serialize": [["CVE-2017-5941", "critical", "*", "code execution by unserialize()"]],
  "serialize-to-js": [
    ["CVE-2017-5954", "critical", "<1.0.0", "code execution by deserialize()"],
    ["GHSA-w5q7-3pr9-x44w", "high", "<2.0.0", "a text holds the process"],
  ],
  "serialize-javascript": [
    ["CVE-2019-16769", "medium", "<2.1.1", "XSS through regular expressions"],
    ["CVE-2020-7660", "high", "<3.1.0", "code execution through what is serialised"],
  ],
  json5: [["CVE-2022-46175", "high", "<1.0.2 || >=2.0.0 <2.2.2", "prototype pollution by parse()"]],
  ajv: [["CVE-2020-15366", "medium", "<6.12.3", "prototype pollution by a schema"]],
  "json-schema": [["CVE-2021-3918", "critical", "<0.4.0", "prototype pollution by a schema"]],
  "jsonpath-plus": [
    ["CVE-2024-21534", "critical", "<10.2.0", "code execution through a path"],
    ["CVE-2025-1302", "high", "<10.3.0", "code execution through a path"],
  ],
  mathjs: [
    ["CVE-2017-1001002", "critical", "<3.17.0", "code execution through a formula"],
    ["CVE-2017-1001003", "critical", "<3.17.0", "code execution through names in Unicode"],
  ],
  vm2: [
    ["CVE-2021-23449", "critical", "<3.9.4", "code leaves the sandbox"],
    ["CVE-2023-37466", "critical", "<3.10.0", "code leaves the sandbox"],
    ["CVE-2023-37903", "critical", "<3.10.0", "code leaves the sandbox"],
    ["CVE-2026-26956", "critical", "<3.10.5", "code leaves the sandbox"],
    ["CVE-2026-24118", "critical", "<3.11.0", "code leaves the sandbox"],
    ["CVE-2026-44009", "critical", "<3.11.2", "code leaves the sandbox"],
    ["CVE-2026-45411", "critical", "<3.11.3", "code leaves the sandbox"],
    ["CVE-2026-47210", "critical", "<3.11.4", "code leaves the sandbox"],
  ],
  notevil: [["CVE-2021-23771", "medium", "*", "code leaves the sandbox"]],
  "safe-eval": [["CVE-2023-26121", "high", "*", "code leaves the sandbox"]],
  xlsx: [["CVE-2024-22363", "high", "<0.20.2", "catastrophic backtracking in a table"]],
  "adm-zip": [
    ["CVE-2018-1002204", "medium", "<0.4.11", "an archive writes outside its folder"],
    ["CVE-2026-39244", "high", "<0.6.0", "an archive says how much memory is taken"],
  ],
  unzipper: [["CVE-2018-1002203", "medium", "<0.8.13", "an archive writes outside its folder"]],
  tar: [
    [
      "CVE-2021-37713",
      "high",
      "<4.4.18 || >=5.0.0 <5.0.10 || >=6.0.0 <6.1.9",
      "an archive writes outside its folder on Windows",
    ],
    ["CVE-2024-28863", "medium", "<6.2.1", "an archive of deep folders holds the process"],
  ],
  sharp: [["GHSA-54xq-cgqr-rpm3", "high", "<0.32.6", "a WebP image writes outside its memory"]],
  validator: [
    ["CVE-2013-7454", "medium", "<1.1.0", "scripts get past its filter"],
    ["CVE-2014-9772", "medium", "<2.0.0", "scripts get past its filter"],
    ["CVE-2014-8882", "high", "<3.22.1", "catastrophic backtracking in isURL()"],
    ["CVE-2021-3765", "medium", "<13.7.0", "catastrophic backtracking in rtrim()"],
    ["CVE-2025-56200", "medium", "<13.15.20", "isURL() accepts what a browser reads differently"],
    ["CVE-2025-12758", "high", "<13.15.22", "isLength() miscounts"],
  ],
  moment: [
    ["CVE-2022-24785", "high", "<2.29.2", "path traversal through the name of a locale"],
    ["CVE-2022-31129", "high", ">=2.18.0 <2.29.4", "a long date holds the process"],
  ],
  ms: [["CVE-2017-20162", "medium", "<2.0.0", "catastrophic backtracking in a time that is read"]],
  mime: [["CVE-2017-16138", "high", "<1.4.1 || >=2.0.0 <2.0.3", "catastrophic backtracking in a name"]],
  "ua-parser-js": [
    [
      "GHSA-pjwm-rvh2-c87w",
      "critical",
      ">=0.7.29 <0.7.30 || >=0.8.0 <0.8.1 || >=1.0.0 <1.0.1",
      "a release that steals credentials",
    ],
    ["CVE-2022-25927", "high", "<0.7.33 || >=0.8.0 <1.0.33", "catastrophic backtracking in User-Agent"],
  ],
};
