import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, it } from "node:test";
import { project } from "../../test/kit/project.ts";
import { checkApp } from "../check-app.ts";
import { check, type CheckOptions } from "../check.ts";
import { memoryFiles } from "../files/project-files.ts";

const TODAY = "2026-11-26";
const RULE = "process/run-as-root";

/** What is said about the comment, and whether the finding below it is gone. */
async function judged(comment: string, more: CheckOptions = {}) {
  const text = `const app = require("express")();\n${comment}\napp.listen(80);\n`;
  const report = await check({ files: memoryFiles(new Map([["app.js", text]])), today: TODAY, ...more });
  const said = report.findings.filter((one) => one.rule.startsWith("meta/")).map((one) => one.message);
  return {
    said: said.join(),
    isHidden: !report.findings.some((one) => one.rule === RULE),
    count: report.suppressed,
  };
}

const inApp = (comment: string): string => `const app = require("express")();
${comment}
app.use(require("express-session")({ secret: process.env.S ?? "a".repeat(40), resave: false, saveUninitialized: false }));
module.exports = app;
`;

async function atHand(comment: string) {
  using made = project(5, { "app.js": inApp(comment) });
  const app: unknown = createRequire(join(made.root, "app.js"))("./app.js");
  return await checkApp(app, { folder: made.root, only: ["session/memory-store", "meta"] });
}

const good: readonly (readonly [name: string, comment: string])[] = [
  ["with a reason", `// hauberk-check-ignore ${RULE} -- in a jail`],
  ["with a reason and a date to come", `// hauberk-check-ignore ${RULE} -- in a jail (expires 2027-01-31)`],
  ["that expires today", `// hauberk-check-ignore ${RULE} -- in a jail (expires ${TODAY})`],
  ["in a block", `/* hauberk-check-ignore ${RULE} -- in a jail */`],
  ["with a line between", `// hauberk-check-ignore ${RULE} -- in a jail\n// and more words`],
];

const bad: readonly (readonly [name: string, comment: string, says: RegExp, isHidden: boolean])[] = [
  ["without a reason", `// hauberk-check-ignore ${RULE}`, /no reason/, false],
  ["whose reason is its date", `// hauberk-check-ignore ${RULE} -- (expires 2027-01-31)`, /no reason/, false],
  ["without a rule", "// hauberk-check-ignore", /does not say which rule/, false],
  [
    "with words in the place of a rule",
    "// hauberk-check-ignore: in a jail",
    /does not say which rule/,
    false,
  ],
  [
    "that expired yesterday",
    `// hauberk-check-ignore ${RULE} -- in a jail (expires 2026-11-25)`,
    /expired on 2026-11-25/,
    false,
  ],
  [
    "that expires some day",
    `// hauberk-check-ignore ${RULE} -- in a jail (expires soon)`,
    /date is "soon"/,
    false,
  ],
  [
    "that expires on no day of the calendar",
    `// hauberk-check-ignore ${RULE} -- in a jail (expires 2027-02-30)`,
    /date is "2027-02-30"/,
    false,
  ],
  [
    "that expires in another order",
    `// hauberk-check-ignore ${RULE} -- in a jail (expires: 31.01.2027)`,
    /date is "31.01.2027"/,
    false,
  ],
  [
    "for a rule typed wrong",
    "// hauberk-check-ignore process/run-as-rot -- in a jail",
    /did you mean process\/run-as-root/,
    false,
  ],
  ["for a whole group", "// hauberk-check-ignore process/* -- in a jail", /no rule process\/\*/, false],
  [
    "for a rule that finds nothing",
    "// hauberk-check-ignore csrf/missing -- in a jail",
    /csrf\/missing finds nothing/,
    false,
  ],
  [
    "for two rules of which one finds nothing",
    `// hauberk-check-ignore ${RULE}, csrf/missing -- in a jail`,
    /: csrf\/missing finds nothing/,
    true,
  ],
];

describe("a suppression", () => {
  for (const [name, comment] of good) {
    it(`holds ${name}`, async () => {
      assert.deepEqual(await judged(comment), { said: "", isHidden: true, count: 1 });
    });
  }
  for (const [name, comment, says, isHidden] of bad) {
    it(`is a finding itself ${name}`, async () => {
      const { said, ...rest } = await judged(comment);
      assert.match(said, says);
      assert.deepEqual(rest, { isHidden, count: isHidden ? 1 : 0 });
    });
  }
  it("is not stale because its rule was left out", async () => {
    const comment = "// hauberk-check-ignore csrf/missing -- in a jail";
    assert.equal((await judged(comment, { skip: ["csrf"] })).said, "");
  });
  it("is no comment that speaks about suppressions", async () => {
    assert.equal((await judged("// see the docs of hauberk-check-ignore")).said, "");
    assert.equal((await judged("const mark = 'hauberk-check-ignore';")).said, "");
  });
  for (const [name, file, text] of [
    [
      "a template",
      "views/a.ejs",
      "<%# hauberk-check-ignore template/unescaped-output -- from our own table %>\n<p><%- rows %></p>\n",
    ],
    [
      "Pug",
      "views/a.pug",
      "//- hauberk-check-ignore template/unescaped-output -- from our own table\np!= rows\n",
    ],
  ] as const) {
    it(`holds in ${name}`, async () => {
      const app =
        'const app = require("express")();\napp.get("/", (req, res) => res.render("a", { rows: req.query.rows }));\napp.listen(3000);\n';
      const read = async (source: string) =>
        check({
          files: memoryFiles(
            new Map([
              ["app.js", app],
              [file, source],
            ]),
          ),
          only: ["template/unescaped-output", "meta"],
        });
      const plain = text.slice(text.indexOf("\n") + 1);
      assert.equal((await read(plain)).findings.length, 1);
      const { findings, suppressed } = await read(text);
      assert.deepEqual([findings, suppressed], [[], 1]);
    });
  }
  it("holds for an app at hand", async () => {
    assert.equal((await atHand("")).findings.length, 1);
    const { findings, suppressed } = await atHand(
      "// hauberk-check-ignore session/memory-store, session/lifetime -- one process, restarted daily",
    );
    assert.deepEqual([findings, suppressed], [[], 1]);
  });
});
