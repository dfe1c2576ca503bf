import type { Table } from "./table.ts";

/** Templates, Markdown and what cleans HTML. */
export const VIEWS: Table = {
  ejs: [
    ["CVE-2017-1000228", "critical", "<2.5.5", "code execution through template options"],
    ["CVE-2022-29078", "critical", "<3.1.7", "code execution through template options"],
    ["CVE-2024-33883", "medium", "<3.1.10", "no protection against a polluted prototype"],
  ],
  pug: [
    ["CVE-2021-21353", "high", "<3.0.1", "code execution through the pretty option"],
    ["CVE-2024-36361", "high", "<3.0.3", "code execution through the name of a compiled template"],
  ],
  handlebars: [
    ["CVE-2019-19919", "critical", "<3.0.8 || >=4.0.0 <4.3.0", "code execution through templates"],
    ["CVE-2019-20922", "high", ">=4.0.0 <4.4.5", "a template holds the process"],
    ["GHSA-g9r4-xpmj-mj65", "high", "<3.0.8 || >=4.0.0 <4.5.3", "prototype pollution by templates"],
    ["CVE-2021-23369", "critical", "<4.7.7", "code execution when compiling templates"],
    ["CVE-2021-23383", "critical", "<4.7.7", "prototype pollution when compiling templates"],
    ["CVE-2026-33939", "high", ">=4.0.0 <4.7.9", "a malformed template stops the process"],
  ],
  hbs: [["CVE-2021-32822", "medium", "<=4.1.2", "data for a view changes its options and shows files"]],
  "express-handlebars": [
    ["CVE-2021-32820", "high", "<5.3.1", "data for a view names its layout and shows files"],
  ],
  nunjucks: [["CVE-2023-2142", "medium", "<3.2.4", "autoescaping is bypassed by a backslash"]],
  "dustjs-linkedin": [
    ["CVE-2021-4264", "high", "<3.0.0", "prototype pollution that leads to code execution"],
  ],
  swig: [["CVE-2023-25345", "high", "*", "templates read any file through include and extends"]],
  "swig-templates": [["CVE-2023-25345", "high", "*", "templates read any file through include and extends"]],
  squirrelly: [["CVE-2021-32819", "high", "<9.0.0", "code execution through template options"]],
  marked: [
    ["CVE-2014-3743", "medium", "<0.3.1", "scripts get past its sanitizer"],
    ["CVE-2015-1370", "medium", "<0.3.3", "scripts get past its sanitizer"],
    ["CVE-2016-10531", "medium", "<0.3.6", "scripts get past its sanitizer"],
    ["CVE-2017-1000427", "medium", "<0.3.7", "scripts in data: addresses"],
    ["CVE-2022-21680", "high", "<4.0.10", "catastrophic backtracking in Markdown"],
    ["CVE-2026-41680", "high", ">=18.0.0 <18.0.2", "three characters hold the process"],
  ],
  "markdown-it": [["CVE-2022-21670", "medium", "<12.3.2", "long lines hold the process"]],
  "highlight.js": [["GHSA-7wwv-vh3v-89cq", "medium", ">=9.0.0 <10.4.1", "catastrophic backtracking"]],
  "sanitize-html": [
    ["CVE-2016-1000237", "medium", "<1.4.3", "XSS by markup that is whole only after it was cleaned"],
    ["CVE-2017-16017", "medium", "<1.2.3", "XSS by malformed attributes"],
    ["CVE-2019-25225", "medium", "<2.0.0", "XSS through transformTags"],
    ["CVE-2021-26539", "medium", "<2.3.1", "frames of hosts that are not allowed"],
    ["CVE-2021-26540", "medium", "<2.3.2", "frames of hosts that are not allowed"],
    ["CVE-2022-25887", "high", "<2.7.1", "catastrophic backtracking in comments"],
    ["CVE-2024-21501", "medium", "<2.12.1", "style attributes tell which files exist"],
    ["CVE-2026-40186", "medium", ">=2.17.2 <2.17.3", "tags that are not allowed come back"],
    ["CVE-2026-44990", "critical", ">=2.17.3 <2.17.4", "scripts in an xmp element"],
    ["CVE-2026-53606", "medium", ">=1.18.0 <2.17.5", "javascript: addresses in rare attributes"],
    ["CVE-2026-84371", "medium", ">=1.9.0 <2.17.7", "javascript: addresses in animations"],
  ],
  dompurify: [
    ["CVE-2020-26870", "medium", "<2.0.17", "XSS by markup that changes when it is read again"],
    ["CVE-2024-47875", "high", "<2.5.0 || >=3.0.0 <3.1.3", "deeply nested markup gets past it"],
    ["CVE-2024-48910", "critical", "<2.4.2", "prototype pollution"],
    ["CVE-2024-45801", "high", "<2.5.4 || >=3.0.0 <3.1.3", "deeply nested markup gets past it"],
    ["CVE-2026-65914", "medium", "<3.3.2", "XSS by markup that is put into another element"],
    ["CVE-2026-41240", "medium", "<3.4.0", "tags that are forbidden get past it"],
    ["CVE-2026-49978", "medium", "<3.4.7", "scripts in the shadow of a template"],
  ],
  jquery: [["CVE-2020-11022", "medium", ">=1.2.0 <3.5.0", "XSS by markup that was cleaned"]],
};
