import type { Table } from "./table.ts";

/** Databases. */
export const DATA: Table = {
  mongoose: [
    [
      "GHSA-r5xw-q988-826m",
      "medium",
      ">=3.5.5 <3.8.39 || >=4.0.0 <4.3.6",
      "a number in place of a Buffer stores memory of the server",
    ],
    ["CVE-2019-17426", "critical", "<4.13.21 || >=5.0.0 <5.7.5", "a _bsontype in a query skips its filter"],
    ["CVE-2022-2564", "high", "<5.13.15 || >=6.0.0 <6.4.6", "prototype pollution through a schema"],
    ["CVE-2023-3696", "critical", "<5.13.20 || >=6.0.0 <6.11.3 || >=7.0.0 <7.3.3", "prototype pollution"],
    [
      "CVE-2024-53900",
      "high",
      ">=3.6.0 <5.13.23 || >=6.0.0 <6.13.5 || >=7.0.0 <7.8.3 || >=8.0.0 <8.8.3",
      "$where in a populate() runs code",
    ],
    [
      "CVE-2026-42334",
      "high",
      "<6.13.9 || >=7.0.0 <7.8.9 || >=8.0.0 <8.22.1 || >=9.0.0 <9.1.6",
      "$nor gets operators past sanitizeFilter",
    ],
    [
      "CVE-2026-73562",
      "medium",
      "<6.13.10 || >=7.0.0 <7.8.10 || >=8.0.0 <8.24.1 || >=9.0.0 <9.7.2",
      "prototype pollution by an update",
    ],
  ],
  mongodb: [
    ["GHSA-mh5c-679w-hh4r", "high", "<3.1.13", "a name of a collection stops the process"],
    [
      "CVE-2021-32050",
      "medium",
      ">=3.6.0 <3.6.10 || >=4.0.0 <4.17.0 || >=5.0.0 <5.8.0",
      "credentials in the events of its listeners",
    ],
  ],
  marsdb: [["GHSA-5mrr-rgp6-x4gr", "critical", "*", "code execution through $where"]],
  sequelize: [
    ["CVE-2015-1369", "high", "<2.0.0", "SQL injection through order"],
    ["CVE-2016-10553", "high", "<3.0.0", "SQL injection through where"],
    ["CVE-2016-10556", "high", "<3.20.0", "SQL injection through arrays"],
    ["CVE-2019-10752", "critical", "<4.44.3 || >=5.0.0 <5.15.1", "SQL injection through JSON paths"],
    ["GHSA-fw4p-36j9-rrj3", "medium", "<4.44.4", "a result of SQLite stops the process"],
    ["CVE-2023-25813", "critical", "<6.19.1", "SQL injection through replacements"],
    ["CVE-2023-22579", "critical", "<6.28.1", "a where of the wrong type is ignored"],
    ["CVE-2023-22580", "medium", "<6.28.1", "queries tell what they should not"],
    ["CVE-2023-22578", "critical", "<6.29.0", "SQL injection through attributes"],
    ["CVE-2026-30951", "high", ">=6.0.0 <6.37.8", "SQL injection through JSON paths"],
  ],
  typeorm: [
    ["GHSA-w7q7-vjp8-7jv4", "critical", "<0.1.15", "SQL injection through names of fields"],
    ["CVE-2020-8158", "critical", "<0.2.25", "prototype pollution that leads to SQL injection"],
    ["CVE-2022-33171", "critical", "<0.3.0", "SQL injection through findOne()"],
    ["CVE-2025-60542", "high", "<0.3.26", "SQL injection through save() and update()"],
    ["GHSA-9ggv-8w38-r7pm", "medium", ">=0.1.12 <0.3.29", "SQL injection through orderBy()"],
  ],
  knex: [["CVE-2016-20018", "high", "<2.4.0", "SQL injection by objects in place of values"]],
  mysql2: [
    ["CVE-2024-21507", "medium", "<3.9.3", "answers of another query from the cache"],
    ["CVE-2024-21508", "critical", "<3.9.4", "code execution through query options"],
    ["CVE-2024-21509", "medium", "<3.9.4", "prototype poisoning by a result"],
    ["CVE-2024-21511", "critical", "<3.9.7", "code execution through the time zone"],
    ["CVE-2024-21512", "high", "<3.9.8", "prototype pollution by nestTables"],
    ["GHSA-3f6p-5ww8-9rcr", "high", "<3.22.0", "a server can ask for the password in plain text"],
  ],
  pg: [
    [
      "CVE-2017-16082",
      "critical",
      "<2.11.2 || >=3.0.0 <3.6.4 || >=4.0.0 <4.5.7 || >=5.0.0 <5.2.1 || >=6.0.0 <6.0.5 || >=6.1.0 <6.1.6 || >=6.2.0 <6.2.5 || >=6.3.0 <6.3.3 || >=6.4.0 <6.4.2 || >=7.0.0 <7.0.2 || >=7.1.0 <7.1.2",
      "code execution through the name of a column",
    ],
  ],
  sqlite3: [
    ["CVE-2022-21227", "high", ">=5.0.0 <5.0.3", "an object as a parameter stops the process"],
    ["CVE-2022-43441", "high", ">=5.0.0 <5.1.5", "code execution through an object as a parameter"],
  ],
  redis: [["CVE-2021-29469", "high", ">=2.6.0 <3.1.1", "catastrophic backtracking in monitor mode"]],
};
