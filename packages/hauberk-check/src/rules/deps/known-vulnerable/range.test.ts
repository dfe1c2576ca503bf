import assert from "node:assert/strict";
import { test } from "node:test";
import { exactVersion, isBelow, newestAllowed } from "../../kit/semver.ts";
import { advisoriesOf, TABLES } from "./advisories.ts";
import { closedIn, partAt, partsOf, type Part, type Version } from "./range.ts";

function version(text: string): Version {
  const found = exactVersion(text);
  assert.ok(found, text);
  return found;
}

function partsIn(name: string, id: string): readonly Part[] {
  const found = advisoriesOf(name).find((one) => one.id === id);
  assert.ok(found, id);
  return found.parts;
}

const NAMES = TABLES.flatMap((one) => Object.keys(one));

const BORDERS: readonly (readonly [name: string, id: string, hit: string, missed: string])[] = [
  ["mongoose", "CVE-2023-3696", "5.13.19 6.0.0 6.11.2 7.0.0 7.3.2", "5.13.20 5.13.22 6.11.3 7.3.3 8.0.0"],
  ["mongoose", "CVE-2024-53900", "3.6.0 5.13.22 8.8.2", "3.5.16 5.13.23 6.13.5 7.8.3 8.8.3 9.0.0"],
  ["mongoose", "CVE-2019-17426", "4.13.20 5.0.0 5.7.4", "4.13.21 5.7.5"],
  ["node-fetch", "CVE-2022-0235", "1.7.3 2.6.6 3.0.0 3.1.0", "2.6.7 2.7.0 3.1.1"],
  ["axios", "CVE-2023-45857", "0.8.1 0.27.2 1.0.0 1.5.1", "0.8.0 0.28.0 0.30.0 1.6.0"],
  ["axios", "CVE-2024-39338", "1.3.2 1.7.3", "0.27.2 1.3.1 1.7.4"],
  ["qs", "CVE-2022-24999", "6.2.3 6.3.2 6.5.2 6.10.2", "6.2.4 6.3.3 6.5.3 6.9.7 6.10.3 6.11.0"],
  [
    "path-to-regexp",
    "CVE-2024-45296",
    "0.1.7 0.2.0 1.8.0 6.2.2 7.0.0",
    "0.1.10 0.1.12 1.9.0 3.3.0 6.3.0 8.0.0",
  ],
  ["pg", "CVE-2017-16082", "6.0.4 6.1.5 7.1.1", "6.0.5 6.1.6 6.4.2 7.0.2 7.1.2 8.0.0"],
  ["minimist", "CVE-2021-44906", "0.0.8 0.2.3 1.0.0 1.2.5", "0.2.4 0.3.0 1.2.6"],
  ["handlebars", "CVE-2019-19919", "3.0.7 4.0.0 4.2.2", "3.0.8 4.3.0"],
  ["debug", "CVE-2017-16137", "2.6.8 3.0.1 3.2.6 4.3.0", "2.6.9 3.1.0 3.2.7 4.3.1"],
  ["dot-prop", "CVE-2020-8116", "4.2.0 5.1.0", "4.2.1 5.1.1"],
  ["ua-parser-js", "GHSA-pjwm-rvh2-c87w", "0.7.29 0.8.0 1.0.0", "0.7.28 0.7.30 0.8.1 1.0.1"],
  ["multer", "CVE-2025-7338", "1.4.5-lts.2 2.0.1", "1.4.4 2.0.2"],
  ["jose", "CVE-2022-36083", "1.0.0 2.0.5 3.20.3 4.9.1", "0.9.0 1.28.2 2.0.6 3.20.4 4.9.2"],
  ["socket.io-parser", "CVE-2023-32695", "3.3.3 3.4.2 4.0.4 4.2.2", "3.3.4 3.4.3 4.0.3 4.2.3"],
  ["@xmldom/xmldom", "CVE-2022-39353", "0.7.6 0.8.3", "0.7.7 0.8.4 0.9.0"],
  ["undici", "CVE-2026-1526", "5.0.0 6.23.0 7.23.9", "6.24.0 7.24.0 8.0.0"],
  ["xml-crypto", "CVE-2025-29774", "2.1.5 3.2.0 6.0.0", "2.1.6 3.2.1 6.0.1"],
  ["dicer", "CVE-2022-24434", "0.2.5 0.3.1", "0.3.2"],
  ["sanitize-html", "CVE-2026-44990", "2.17.3", "2.17.2 2.17.4"],
];

for (const [name, id, hit, missed] of BORDERS)
  test(`${id} of ${name} begins and ends where it is published to`, () => {
    const parts = partsIn(name, id);
    for (const text of hit.split(" ")) assert.ok(partAt(parts, version(text)), `${text} has it`);
    for (const text of missed.split(" ")) assert.equal(partAt(parts, version(text)), undefined, text);
  });

test("no advisory holds for the version that fixed it, and its parts follow each other", () => {
  for (const name of NAMES)
    for (const { id, parts } of advisoriesOf(name)) {
      let end = "0.0.0";
      for (const part of parts) {
        const from = version(part.from);
        assert.ok(!isBelow(from, end), `${name} ${id} ${part.from}`);
        end = part.fixed ?? part.last ?? "99999.0.0";
        assert.ok(!isBelow(version(end), part.from), `${name} ${id} ${end}`);
        if (part.fixed !== undefined)
          assert.equal(partAt(parts, version(part.fixed)), undefined, `${name} ${id}`);
        assert.ok(partAt(parts, from), `${name} ${id}`);
      }
    }
});

test("every package stands in one table, and every hole once in its package", () => {
  assert.equal(new Set(NAMES).size, NAMES.length);
  for (const name of NAMES) {
    const ids = advisoriesOf(name).map((one) => one.id);
    assert.equal(new Set(ids).size, ids.length, name);
    for (const id of ids) assert.match(id, /^CVE-\d{4}-\d{4,}$|^GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}$/);
  }
});

test("names of an object's own nature are no packages", () => {
  for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"])
    assert.deepEqual(advisoriesOf(name), []);
});

test("the version that closes one hole is not one that another is in", () => {
  const holes = ["<1.2.0", ">=1.2.0 <1.2.3 || >=2.0.0 <2.1.0"].map(partsOf);
  assert.deepEqual(closedIn(holes, [1, 0, 0]), [1, 2, 3]);
  assert.deepEqual(closedIn(holes, [2, 0, 0]), [2, 1, 0]);
  assert.deepEqual(closedIn(holes, [1, 3, 0]), [1, 3, 0]);
  assert.equal(closedIn([partsOf("<1.0.0"), partsOf("*")], [0, 1, 0]), undefined);
});

const NEWEST: readonly (readonly [range: string, newest: string | undefined])[] = [
  ["^1.2.3", "1.99999.99999"],
  ["^1.2", "1.99999.99999"],
  ["^1", "1.99999.99999"],
  ["1.x", "1.99999.99999"],
  ["1", "1.99999.99999"],
  ["1.2.x", "1.2.99999"],
  ["~1.2.3", "1.2.99999"],
  ["~1.2", "1.2.99999"],
  ["~1", "1.99999.99999"],
  ["^0.2.3", "0.2.99999"],
  ["^0.2", "0.2.99999"],
  ["^0", "0.99999.99999"],
  ["^1.4.5-lts.1", "1.99999.99999"],
  ["^3.0.0 || ^4.0.0", "4.99999.99999"],
  ["^4.0.0 || ^3.0.0", "4.99999.99999"],
  [">=1.2.3", undefined],
  ["^1.0.0 || >=3", undefined],
  ["*", undefined],
  ["latest", undefined],
  ["github:one/other#1.2.3", undefined],
  ["1.2.3 - 2.0.0", undefined],
];

for (const [range, newest] of NEWEST)
  test(`the newest that ${range} allows is ${newest ?? "unknown"}`, () => {
    assert.equal(newestAllowed(range)?.join("."), newest);
  });
